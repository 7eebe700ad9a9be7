//! A case: everything that was handed over, told by content, and what could not be read of it.

use std::path::PathBuf;

use pml_reader::{PmlError, PmlFile, import::ImportFile};
use servicing_logs::bundle::{Bundle, Content, Kind};
use sha2::{Digest, Sha256};

use crate::sources::{
    Source,
    etl::EtlSource,
    import::ImportSource,
    log::{LogKind, LogSource},
    pml::PmlSource,
};

/// Why an input gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// It cannot be read.
    #[error("{path}: {what}")]
    Read {
        /// The input.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// The Process Monitor log, or an export of it, is unusable as a whole.
    #[error("{path}: {source}")]
    Pml {
        /// The input.
        path: String,
        /// What is wrong with it.
        source: PmlError,
    },
    /// The ETW trace is unusable as a whole.
    #[error("{path}: {source}")]
    Etl {
        /// The input.
        path: String,
        /// What is wrong with it.
        source: etl_reader::EtlError,
    },
    /// It is of a kind that is not read.
    #[error("{path}: {what}")]
    Kind {
        /// The input.
        path: String,
        /// What it is, and what to do.
        what: &'static str,
    },
}

/// One input of a case.
#[derive(Debug)]
pub struct Input {
    /// Its name; for a member of a folder or an archive, the way to it.
    pub path: String,
    /// What it holds.
    pub source: Source,
}

impl Input {
    /// SHA-256 of the file, in lower-case hex.
    pub fn sha256(&self) -> String {
        Sha256::digest(self.source.bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// The inputs of a case.
#[derive(Debug, Default)]
pub struct Case {
    /// What could be opened, in the order given.
    pub inputs: Vec<Input>,
    /// What could not, or only in part.
    pub unreadable: Vec<CaseError>,
    /// Members of folders and archives that hold nothing for a diagnosis.
    pub passed_over: u64,
    /// What people noted of the case in a file named [`NOTES`]: the file, and its text.
    pub notes: Vec<(String, String)>,
}

/// The name of a file of notes: what was tried, and when.
pub const NOTES: &str = "case.md";
/// Bytes of notes that are read.
const MAX_NOTES: usize = 64 * 1024;

/// Kinds that are no servicing log, with what to say of them; `None` for those of which nothing is to be said where they
/// lie in a folder or an archive beside others.
const OTHER_KINDS: &[(Kind, &str)] = &[
    (Kind::Empty, "the file is empty; copy it again from the machine"),
    (Kind::GitLfsPointer, "this is a Git LFS pointer, not the file itself; fetch it with `git lfs pull`"),
    (Kind::HiveLog, "this is the transaction log of a registry hive; give the hive itself"),
    (Kind::Unknown, "the first bytes are of no kind known here"),
    (Kind::Text, "this text is no servicing log known here"),
    (Kind::Xml, "this XML is no servicing file known here"),
    (Kind::SessionsXml, "sessions.xml alone tells no failure; give CBS.log"),
    (Kind::DismLog, "dism.log alone tells no failed reboot; give CBS.log"),
];

impl Case {
    /// Opens files, folders and archives. An input that cannot be read is among `unreadable` and stops nothing.
    pub fn open(paths: &[PathBuf]) -> Self {
        let bundle = Bundle::open(paths);
        let mut case = Self::default();
        for problem in bundle.problems() {
            case.unreadable.push(read_error(&problem.path, &problem.error));
        }
        // A file that was named is answered for; of a folder or an archive only what can be read counts.
        let named = |path: &str| !path.contains('/');
        for member in bundle.members() {
            if member.path.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case(NOTES)) {
                match bundle.read(member) {
                    Ok(read) => {
                        let bytes = read.bytes.get(..MAX_NOTES).unwrap_or(&read.bytes);
                        let text = String::from_utf8_lossy(bytes).into_owned();
                        case.notes.push((member.path.clone(), text));
                    }
                    Err(error) => case.unreadable.push(read_error(&member.path, &error)),
                }
                continue;
            }
            if !is_read(member.kind) {
                if named(&member.path) {
                    case.unreadable.push(other(&member.path, member.kind));
                } else {
                    case.passed_over += 1;
                }
                continue;
            }
            let read = match bundle.read(member) {
                Ok(read) => read,
                Err(error) => {
                    case.unreadable.push(read_error(&member.path, &error));
                    continue;
                }
            };
            if let Some(error) = read.stopped {
                case.unreadable.push(read_error(&member.path, &error));
            }
            match open(&member.path, member.kind, read.bytes) {
                Ok(source) => case.inputs.push(Input { path: member.path.clone(), source }),
                Err(error) => case.unreadable.push(error),
            }
        }
        case
    }
}

fn read_error(path: &str, error: &servicing_logs::Error) -> CaseError {
    let what = match error {
        servicing_logs::Error::Io { source, .. } => source.to_string(),
        other => other.to_string(),
    };
    CaseError::Read { path: path.to_owned(), what }
}

fn is_read(kind: Kind) -> bool {
    matches!(kind, Kind::Pml | Kind::Pmb | Kind::ProcmonCsv | Kind::ProcmonXml | Kind::Etl)
        || log_kind(kind).is_some()
}

fn open(path: &str, kind: Kind, bytes: Content) -> Result<Source, CaseError> {
    let path = || path.to_owned();
    match (kind, log_kind(kind)) {
        (_, Some(kind)) => Ok(Source::Log(LogSource { kind, bytes })),
        (Kind::Etl, None) => EtlSource::new(bytes)
            .map(|etl| Source::Etl(Box::new(etl)))
            .map_err(|source| CaseError::Etl { path: path(), source }),
        (Kind::ProcmonCsv | Kind::ProcmonXml, None) => ImportFile::from_held(bytes)
            .map(|file| Source::Import(Box::new(ImportSource::new(file))))
            .map_err(|source| CaseError::Pml { path: path(), source }),
        (Kind::Pmb, None) => {
            let source =
                PmlSource::from_pmb(bytes).map_err(|source| CaseError::Pml { path: path(), source })?;
            Ok(Source::Pml(Box::new(source)))
        }
        (_, None) => {
            let file = PmlFile::from_held(bytes).map_err(|source| CaseError::Pml { path: path(), source })?;
            Ok(Source::Pml(Box::new(PmlSource::new(file))))
        }
    }
}

fn log_kind(kind: Kind) -> Option<LogKind> {
    Some(match kind {
        Kind::CbsLog => LogKind::Cbs,
        Kind::SetupApiLog => LogKind::SetupApi,
        Kind::PoqexecLog => LogKind::Poqexec,
        Kind::PendingXml => LogKind::Pending,
        Kind::PackageList => LogKind::Packages,
        Kind::Evtx => LogKind::Events,
        Kind::Hive => LogKind::Hive,
        Kind::RegExport => LogKind::RegExport,
        _ => return None,
    })
}

fn other(path: &str, kind: Kind) -> CaseError {
    let what =
        OTHER_KINDS.iter().find(|(k, _)| *k == kind).map_or("this kind is not read", |(_, what)| *what);
    CaseError::Kind { path: path.to_owned(), what }
}
