//! NTSTATUS, Win32 and HRESULT: names, conversions and meanings in Windows servicing, and the texts that Process
//! Monitor prints. This crate does not judge whether a failure matters. The layers above do that.
//!
//! ```
//! use status_codes::{HResult, NtStatus, Win32Error, explain, procmon_result_text};
//!
//! assert_eq!(procmon_result_text(0xC000_0022), Some("ACCESS DENIED"));
//! let code = HResult(0x8007_1AB1).win32().expect("made of a Win32 code");
//! assert_eq!(code.name(), Some("ERROR_LOG_GROWTH_FAILED"));
//! assert!(code.ntstatuses().any(|pair| pair.ntstatus == NtStatus(0xC019_0019)));
//! assert_eq!(NtStatus(0xC000_0056).to_win32().map(|pair| pair.win32), Some(Win32Error(5)));
//! println!("{}", explain("80071ab1").expect("a code"));
//! ```
//!
//! # Where the tables come from
//!
//! They are text files in `data/`, one row for each line, cells split by tabs. `build.rs` turns them into sorted
//! static arrays. So a lookup is a binary search without allocation, and nothing is set up at run time.
//!
//! | file | holds | from | kept |
//! |---|---|---|---|
//! | `ntstatus.tsv`, `win32.tsv`, `hresult.tsv`, `facility.tsv` | numbers and names | Microsoft's Windows metadata, through the crates windows-sys 0.61.2 and windows 0.62.2 (MIT OR Apache-2.0) | generated |
//! | `mapping.tsv` | NTSTATUS → Win32, with what older Windows gives | what RtlNtStatusToDosError returns on Windows, as the conformance test of Wine 8.0 asserts it (verified); transactions and the common log by equal names (partial) | generated |
//! | `servicing-stack.tsv` | CBS_E, CBS_S and PSFX_E | the names that two versions of the servicing stack print | by hand |
//! | `procmon.tsv` | Process Monitor's result texts | its own exports of real logs (verified); tables of readers of its format (partial) | by hand |
//! | `meanings.tsv` | what a code means, and what is known of it in servicing | our words, from documented cases | by hand |
//! | `messages-zh.tsv` | what a Chinese Windows prints for a Win32 code | public logs of such machines; older lists, marked as not checked | by hand |
//!
//! `tools/generate.py` writes the generated files again; its first lines say what it needs. Every name, pair and text
//! carries an [`Evidence`], and [`explain`] prints what is not verified.
#![forbid(unsafe_code)]

mod evidence;
mod explain;
mod hresult;
mod localized;
mod ntstatus;
mod parse;
mod procmon;
mod render;
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
pub use space::Space;
pub use win32::Win32Error;
