//! A store from outside: what is admitted by fetch and import, what is refused, what is said.

mod batches;
mod fake;
mod fetch;
mod files;
mod real;
mod server;
mod texts;
