//! Writes a report's files: which, where, and never over anything else.

use crate::model::{Report, Text};
use crate::png::Png;
use crate::text::TextOptions;
use crate::{brief, diagram, html, json, png, procmon_filter, text, tracks, triage};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// `report.html`
    Html,
    /// `report.png`
    Png,
    /// `report.json`
    Json,
    /// `report.txt`
    Text,
    /// `report.compare.txt`: the comparison with a good boot.
    Compare,
    /// `report.dot`: the graph for Graphviz.
    Dot,
    /// `report.mmd`: the graph for Mermaid.
    Mermaid,
    /// `report.pftrace`: tracks for Perfetto.
    Perfetto,
    /// `report.trace.json`: the same tracks in Chrome's format.
    Chrome,
    /// `report.pmc`: Process Monitor's filter for the evidence.
    Pmc,
    /// `report.brief.txt`: the verdict and its evidence for a language model.
    Brief,
    /// `report.triage.json`: what an inventory system keeps of it.
    Triage,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 12] = [
        Self::Html,
        Self::Png,
        Self::Json,
        Self::Text,
        Self::Compare,
        Self::Dot,
        Self::Mermaid,
        Self::Perfetto,
        Self::Chrome,
        Self::Pmc,
        Self::Brief,
        Self::Triage,
    ];

    /// The format of a name such as `html` or `text`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its name on the command line, and the endings of its file. The first ending is written.
    const fn names(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Html => ("html", &["html"]),
            Self::Png => ("png", &["png"]),
            Self::Json => ("json", &["json"]),
            Self::Text => ("text", &["txt"]),
            Self::Compare => ("compare", &["compare.txt", "txt"]),
            Self::Dot => ("dot", &["dot", "gv"]),
            Self::Mermaid => ("mermaid", &["mmd", "mermaid"]),
            Self::Perfetto => ("perfetto", &["pftrace", "perfetto-trace"]),
            Self::Chrome => ("chrome", &["trace.json", "json"]),
            Self::Pmc => ("pmc", &["pmc"]),
            Self::Brief => ("brief", &["brief.txt", "txt"]),
            Self::Triage => ("triage", &["triage.json", "json"]),
        }
    }

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.names().0
    }

    /// The ending of its file.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.names().1.first().copied().unwrap_or_default()
    }

    /// The name of its file.
    #[must_use]
    pub fn file_name(self) -> String {
        format!("report.{}", self.extension())
    }

    /// The format that a path's ending names, if it is not a folder.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.is_of(path)).filter(|_| !path.is_dir())
    }

    /// Whether a path ends like its file.
    fn is_of(self, path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
        name.is_some_and(|name| self.names().1.iter().any(|ending| name.ends_with(&format!(".{ending}"))))
    }
}

/// Where the files go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Into a folder, which is made if it is absent.
    Folder(PathBuf),
    /// Into one file of one format.
    File(PathBuf, Format),
    /// To standard output, in one format.
    Stdout(Format),
}

impl Output {
    /// What `-o` means. `-` is standard output for one format. A path that ends like a format's file is that file, if
    /// only that format is asked for. Every other path is a folder. Without `-o` it is the folder `<input>-report`
    /// beside the first input.
    ///
    /// # Errors
    /// Standard output is asked for in several formats.
    pub fn choose(given: Option<&Path>, first_input: &Path, formats: &[Format]) -> Result<Self, WriteError> {
        let one = if let [one] = formats { Some(*one) } else { None };
        match given {
            Some(path) if path.as_os_str() == "-" => one.map(Self::Stdout).ok_or(WriteError::ManyToStdout),
            Some(path) => Ok(match one {
                Some(one) if one.is_of(path) && !path.is_dir() => Self::File(path.to_owned(), one),
                _ => Self::Folder(path.to_owned()),
            }),
            None => {
                let mut name = first_input.file_name().unwrap_or_else(|| "bootrace".as_ref()).to_owned();
                name.push("-report");
                Ok(Self::Folder(first_input.with_file_name(name)))
            }
        }
    }
}

/// What was written, and what the reader must know.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Written {
    /// The files, in the order of the formats.
    pub files: Vec<PathBuf>,
    /// Remarks, such as that a picture is in English because no font has Chinese glyphs.
    pub notes: Vec<Text>,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Standard output was asked for with more than one format.
    #[error("standard output takes one format: give one with --format")]
    ManyToStdout,
    /// The operating system refused.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The page could not be made.
    #[error("report.html")]
    Html(#[from] html::HtmlError),
    /// The picture could not be made.
    #[error("report.png")]
    Png(#[from] png::PngError),
    /// The JSON could not be made.
    #[error("report.json")]
    Json(#[from] serde_json::Error),
}

impl WriteError {
    /// Short stable name of the kind of error.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ManyToStdout => "many_to_stdout",
            Self::Io { .. } => "io",
            Self::Html(_) => "html",
            Self::Png(_) => "png",
            Self::Json(_) => "json",
        }
    }
}

/// Writes the report in the formats asked for. A file of an earlier report is replaced whole or not at all.
///
/// `text` says how texts are written, and in which language everything is. `picture` is the report's picture if it is
/// drawn already. Drawing takes a while, and the picture shows no hash of the inputs. So it can be drawn while they
/// are hashed.
///
/// # Errors
/// A format that cannot be made, or a file that cannot be written.
pub fn write(
    report: &Report,
    formats: &[Format],
    text: &TextOptions,
    output: &Output,
    picture: Option<Png>,
) -> Result<Written, WriteError> {
    let mut picture = picture;
    let mut written = Written::default();
    match output {
        Output::Stdout(format) => {
            let bytes = render(report, *format, text, &mut picture, &mut written.notes)?;
            let failed = |source| WriteError::Io { path: "standard output".into(), source };
            let mut stdout = io::stdout().lock();
            stdout.write_all(&bytes).and_then(|()| stdout.flush()).map_err(failed)?;
        }
        Output::File(path, format) => {
            let bytes = render(report, *format, text, &mut picture, &mut written.notes)?;
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                make_folder(folder)?;
            }
            replace_file(path, &bytes)?;
            written.files.push(path.clone());
        }
        Output::Folder(folder) => {
            make_folder(folder)?;
            for format in Format::ALL.into_iter().filter(|format| formats.contains(format)) {
                let path = folder.join(format.file_name());
                replace_file(&path, &render(report, format, text, &mut picture, &mut written.notes)?)?;
                written.files.push(path);
            }
        }
    }
    Ok(written)
}

fn render(
    report: &Report,
    format: Format,
    options: &TextOptions,
    picture: &mut Option<Png>,
    notes: &mut Vec<Text>,
) -> Result<Vec<u8>, WriteError> {
    let lang = options.lang;
    Ok(match format {
        Format::Html => html::render(report, lang)?.into_bytes(),
        Format::Json => json::render(report)?.into_bytes(),
        Format::Text => text::render(report, options).into_bytes(),
        Format::Compare => text::compare(report, options).into_bytes(),
        Format::Png => {
            let png = picture.take().map_or_else(|| png::render(report, lang), Ok)?;
            notes.extend(png.note);
            png.bytes
        }
        Format::Dot => diagram::dot(report, lang).into_bytes(),
        Format::Mermaid => diagram::mermaid(report, lang).into_bytes(),
        Format::Perfetto => tracks::perfetto(report, lang),
        Format::Chrome => tracks::chrome(report, lang)?.into_bytes(),
        Format::Pmc => procmon_filter::pmc(report),
        Format::Brief => brief::render(report, lang).into_bytes(),
        Format::Triage => triage::render(report).into_bytes(),
    })
}

fn make_folder(folder: &Path) -> Result<(), WriteError> {
    fs::create_dir_all(folder).map_err(|source| WriteError::Io { path: folder.to_owned(), source })
}

/// Writes beside the file and renames, so that no reader sees half a file.
fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let failed = |source| WriteError::Io { path: path.to_owned(), source };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let result = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    if result.is_err() {
        // What is left behind is ours, and the first error is the one to tell.
        let _ = fs::remove_file(&part);
    }
    result.map_err(failed)
}
