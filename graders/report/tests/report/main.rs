//! Reports of a grade made by hand: how they look, what they keep to themselves, what they promise programs.

mod audience;
mod sample;
mod schema;
mod snapshots;
