//! A case: all inputs, recognised by their content, and what could not be read of them.

use std::{io, path::PathBuf};

use pml_reader::{PmlError, PmlFile, import::ImportFile};
use servicing_logs::bundle::{Bundle, Content, Kind, sniff};
use sha2::{Digest, Sha256};

use crate::capture;
use crate::model::Words;
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
    #[error("{path}: {}", what.en)]
    Kind {
        /// The input.
        path: String,
        /// What it is, and what to do.
        what: Words,
    },
    /// It holds what another input holds.
    #[error("{path}: it holds nothing that {of} does not hold; it counts once")]
    Doubled {
        /// The input.
        path: String,
        /// The other input.
        of: String,
    },
}

impl CaseError {
    /// The same in both languages. What a reader says of a file stays in English.
    #[must_use]
    pub fn words(&self) -> Words {
        let zh = match self {
            Self::Kind { path, what } => format!("{path}：{}", what.zh),
            Self::Doubled { path, of } => format!("{path}：其内容均已包含在 {of} 中，只计一次"),
            Self::Read { path, what } => format!("{path}：无法读取：{what}"),
            Self::Pml { path, source } => format!("{path}：无法读取：{source}"),
            Self::Etl { path, source } => format!("{path}：无法读取：{source}"),
        };
        Words::new(self.to_string(), zh)
    }
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
    #[must_use]
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
    /// Members of folders and archives that were not understood: the way to each, and what it is.
    pub not_understood: Vec<(String, Words)>,
    /// What people noted of the case in a file named [`NOTES`]: the file, and its text.
    pub notes: Vec<(String, String)>,
}

/// The name of a file of notes: what was tried, and when.
pub const NOTES: &str = "case.md";
/// Bytes of notes that are read.
const MAX_NOTES: usize = 64 * 1024;

/// A member of an archive that is about to be unpacked to a temporary file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacking {
    /// The way to it.
    pub path: String,
    /// The folder of the temporary file.
    pub folder: PathBuf,
    /// The free space it needs there.
    pub bytes: u64,
}

/// What must be read of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Its first bytes tell all that a case says of it.
    Head,
    /// All of it: it is an input.
    Whole,
    /// All of it: its members are inputs.
    Archive,
}

/// Kinds that are not read: what each is and what to do, in English and Chinese.
const OTHER_KINDS: &[(Kind, &str, &str)] = &[
    (Kind::Empty, "the file is empty; copy it again from the machine", "文件为空；请从计算机重新复制"),
    (
        Kind::GitLfsPointer,
        "this is a Git LFS pointer, not the file itself; fetch it with `git lfs pull`",
        "这是 Git LFS 指针，不是文件本身；请用 `git lfs pull` 获取文件",
    ),
    (
        Kind::HiveLog,
        "this is the transaction log of a registry hive; give the hive itself",
        "这是注册表配置单元的事务日志；请提供配置单元本身",
    ),
    (Kind::Unknown, "bootrace does not recognise the first bytes", "bootrace 无法识别文件开头的字节"),
    (
        Kind::Text,
        "bootrace does not recognise this text as a servicing log",
        "bootrace 无法将此文本识别为服务堆栈日志",
    ),
    (
        Kind::Xml,
        "bootrace does not recognise this XML as a servicing file",
        "bootrace 无法将此 XML 识别为服务堆栈文件",
    ),
    (
        Kind::SessionsXml,
        "sessions.xml alone tells no failure; give CBS.log",
        "仅凭 sessions.xml 无法判断故障；请提供 CBS.log",
    ),
    (
        Kind::UndecodedTrace,
        "the messages of this trace were not decoded, because their symbols were missing; run Get-WindowsUpdateLog again where it reaches Microsoft's symbol server",
        "由于缺少符号，此跟踪的消息未能解码；请在能访问 Microsoft 符号服务器的计算机上重新运行 Get-WindowsUpdateLog",
    ),
];

impl Case {
    /// Opens files, folders and archives. An input that cannot be read is among `unreadable` and stops nothing.
    #[must_use]
    pub fn open(paths: &[PathBuf]) -> Self {
        Self::open_announced(paths, |_| {})
    }

    /// Opens files, folders and archives, and announces each member that goes to a temporary file.
    pub fn open_announced(paths: &[PathBuf], announce: impl Fn(&Unpacking)) -> Self {
        Self::of_bundle(&Bundle::open(paths), announce)
    }

    /// Opens files whose bytes are in memory, each under its name; `folder/name` is a file of a folder.
    #[must_use]
    pub fn from_bytes(files: Vec<(String, io::Result<Vec<u8>>)>) -> Self {
        Self::of_bundle(&Bundle::of_files(files), |_| {})
    }

    /// What must be read of a file, by its name and its first [`SNIFF_BYTES`](crate::SNIFF_BYTES) bytes.
    #[must_use]
    pub fn needs(path: &str, head: &[u8]) -> Need {
        match sniff(head) {
            Kind::Zip | Kind::Cab => Need::Archive,
            kind if is_read(kind) || is_notes(path) || capture::is_place(path) => Need::Whole,
            _ => Need::Head,
        }
    }

    fn of_bundle(bundle: &Bundle, announce: impl Fn(&Unpacking)) -> Self {
        let mut case = Self::default();
        for problem in bundle.problems() {
            case.unreadable.push(read_error(&problem.path, &problem.error));
        }
        // A file that was named is answered for; of a folder or an archive only what can be read counts.
        let named = |path: &str| !path.contains('/');
        for member in bundle.members() {
            if is_notes(&member.path) {
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
            let is_capture = capture::is_place(&member.path);
            if !is_capture && !is_read(member.kind) {
                if named(&member.path) || matches!(member.kind, Kind::Packed(_)) {
                    case.unreadable.push(other(&member.path, member.kind));
                } else {
                    case.not_understood.push((member.path.clone(), what_it_is(member.kind)));
                }
                continue;
            }
            if let Some(space) = bundle.needs_disk(member) {
                let path = member.path.clone();
                announce(&Unpacking { path, folder: space.folder, bytes: space.bytes });
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
            let opened = if is_capture {
                Ok(Source::Log(LogSource { kind: LogKind::Capture, bytes: read.bytes }))
            } else {
                open(&member.path, member.kind, read.bytes)
            };
            match opened {
                Ok(source) => case.inputs.push(Input { path: member.path.clone(), source }),
                Err(error) => case.unreadable.push(error),
            }
        }
        let inputs: Vec<_> = case.inputs.iter().map(|input| (input.path.as_str(), &input.source)).collect();
        capture::tell_volumes(&inputs);
        case.drop_doubles();
        case
    }

    /// Drops inputs that hold what another holds: a second copy, and a log that went on in another copy of it.
    fn drop_doubles(&mut self) {
        let inputs = &self.inputs;
        let holder = |at: usize, input: &Input| {
            let others = inputs.iter().enumerate().filter(|(other, _)| *other != at);
            let mut holders =
                others.filter(|(other, holder)| holder.source.holds(&input.source, *other < at));
            holders.next().map(|(_, holder)| holder.path.clone())
        };
        let of: Vec<Option<String>> =
            inputs.iter().enumerate().map(|(at, input)| holder(at, input)).collect();
        let (inputs, unreadable) = (std::mem::take(&mut self.inputs), &mut self.unreadable);
        for (input, of) in inputs.into_iter().zip(of) {
            match of {
                Some(of) => unreadable.push(CaseError::Doubled { path: input.path, of }),
                None => self.inputs.push(input),
            }
        }
    }
}

fn read_error(path: &str, error: &servicing_logs::Error) -> CaseError {
    let what = match error {
        servicing_logs::Error::Io { source, .. } => source.to_string(),
        other => other.to_string(),
    };
    CaseError::Read { path: path.to_owned(), what }
}

fn is_notes(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case(NOTES))
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
        Kind::FilterList => LogKind::Filters,
        Kind::DismOutput => LogKind::DismOutput,
        Kind::DismLog => LogKind::Dism,
        Kind::WindowsSetupLog => LogKind::WindowsSetup,
        Kind::Evtx => LogKind::Events,
        Kind::EventList => LogKind::EventList,
        Kind::UpdateLog => LogKind::UpdateLog,
        Kind::Hive => LogKind::Hive,
        Kind::RegExport => LogKind::RegExport,
        _ => return None,
    })
}

fn other(path: &str, kind: Kind) -> CaseError {
    let what = match kind {
        Kind::Packed(name) => Words::new(
            format!("this is a {name}, which bootrace does not open; unpack it first"),
            format!("这是 {name}，bootrace 无法打开；请先解压缩"),
        ),
        kind => what_it_is(kind),
    };
    CaseError::Kind { path: path.to_owned(), what }
}

fn what_it_is(kind: Kind) -> Words {
    let (en, zh) = OTHER_KINDS.iter().find(|(of, ..)| *of == kind).map_or(
        ("bootrace does not read this kind of file", "bootrace 不读取此类文件"),
        |(_, en, zh)| (*en, *zh),
    );
    Words::new(en, zh)
}
