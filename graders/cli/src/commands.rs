//! One file a command.

mod assessment;
mod build;
mod data;
mod demo;
mod doctor;
mod export;
mod integrity;
pub(crate) mod milestone;
mod new;
pub(crate) mod profile;
mod train;

pub(crate) use self::{
    assessment::Assessment, build::Build, data::Data, demo::Demo, doctor::Doctor, export::Export,
    integrity::Integrity, milestone::Milestone, new::New, profile::Profile, train::Train,
};
