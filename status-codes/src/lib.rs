#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod evidence;
mod explain;
mod hresult;
mod localized;
mod ntstatus;
mod parse;
mod procmon;
mod render;
pub mod results;
mod said;
mod setup;
mod space;
pub mod status;
mod tables;
mod win32;

pub use evidence::{Evidence, Verified};
pub use explain::{Explanation, HResultForm, NtStatusForm, Reading, Win32Form, explain};
pub use hresult::HResult;
pub use localized::ChineseMessage;
pub use ntstatus::{NtStatus, Severity, Win32Mapping};
pub use parse::ExplainError;
pub use procmon::{NamedResult, ProcmonResult, ntstatuses_of_procmon_text, procmon_result_text};
pub use said::Said;
pub use space::Space;
pub use win32::Win32Error;
