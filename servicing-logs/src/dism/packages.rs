//! The lists of packages that DISM prints.

use crate::cbs::Text;
use crate::codes::{self, CodeForm, CodeMatch, CodeValue};
use crate::text::{LogText, decode, lines, split_once, whole_number};

/// The state of a package or feature, as DISM prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The names are DISM's own.
pub enum PackageState {
    NotPresent,
    UninstallPending,
    Staged,
    Removed,
    Installed,
    InstallPending,
    Superseded,
    PartiallyInstalled,
    /// A word this reader does not know, most likely of another language.
    Unknown,
}

/// The words for each state, lower case and without spaces: English, and Chinese as recalled from zh-CN systems (the
/// Chinese words are not verified against an output at hand).
pub const STATE_WORDS: &[(&str, PackageState)] = &[
    ("notpresent", PackageState::NotPresent),
    ("absent", PackageState::NotPresent),
    ("uninstallpending", PackageState::UninstallPending),
    ("staged", PackageState::Staged),
    ("removed", PackageState::Removed),
    ("installed", PackageState::Installed),
    ("installpending", PackageState::InstallPending),
    ("superseded", PackageState::Superseded),
    ("partiallyinstalled", PackageState::PartiallyInstalled),
    ("不存在", PackageState::NotPresent),
    ("卸载挂起", PackageState::UninstallPending),
    ("挂起卸载", PackageState::UninstallPending),
    ("已暂存", PackageState::Staged),
    ("暂存", PackageState::Staged),
    ("已删除", PackageState::Removed),
    ("已安装", PackageState::Installed),
    ("安装挂起", PackageState::InstallPending),
    ("挂起安装", PackageState::InstallPending),
    ("已取代", PackageState::Superseded),
    ("被取代", PackageState::Superseded),
    ("已被取代", PackageState::Superseded),
    ("部分安装", PackageState::PartiallyInstalled),
];

impl PackageState {
    /// The state a printed word stands for.
    pub fn of_word(word: &str) -> PackageState {
        let folded: String =
            word.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        STATE_WORDS
            .iter()
            .find(|(known, _)| *known == folded)
            .map_or(PackageState::Unknown, |(_, state)| *state)
    }
}

/// A package's identity, taken apart: `name~token~architecture~language~version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageIdentity<'a> {
    /// `Package_for_RollupFix`, `Package_for_KB4470788`.
    pub name: &'a str,
    /// `31bf3856ad364e35`.
    pub token: &'a str,
    /// `amd64`.
    pub architecture: &'a str,
    /// `en-US`, empty for a neutral package.
    pub language: &'a str,
    /// `17763.2114.1.13`.
    pub version: &'a str,
}

impl<'a> PackageIdentity<'a> {
    /// Takes an identity apart; `None` where the text is none.
    pub fn parse(text: &'a str) -> Option<PackageIdentity<'a>> {
        let mut parts = text.split('~');
        let identity = PackageIdentity {
            name: parts.next().filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))?,
            token: parts.next()?,
            architecture: parts.next()?,
            language: parts.next()?,
            version: parts.next()?,
        };
        parts.next().is_none().then_some(identity)
    }

    /// The number in a name such as `Package_for_KB4470788`, where there is one.
    pub fn kb(&self) -> Option<&'a str> {
        let at = self.name.find("KB")?;
        let digits = self.name.get(at + 2..)?;
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        (length >= 6).then(|| self.name.get(at..at + 2 + length)).flatten()
    }
}

/// A package of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPackage<'a> {
    /// Number of its first line, from one.
    pub line: u64,
    /// The identity as printed.
    pub identity: Text<'a>,
    /// The state.
    pub state: PackageState,
    /// The state as printed.
    pub state_text: Text<'a>,
    /// `Security Update`, `Language Pack`, as printed.
    pub release_type: Option<Text<'a>>,
    /// The time as printed: its form is that of the machine's region and cannot be told apart safely.
    pub install_time: Option<Text<'a>>,
}

/// What a list says beside its packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageListSummary {
    /// Version of DISM, the first version printed.
    pub tool_version: Option<String>,
    /// Version of the image, the second version printed.
    pub image_version: Option<String>,
    /// Packages.
    pub packages: u64,
    /// Packages whose state is in no known language.
    pub unknown_states: u64,
    /// Lines that name an error, with its code.
    pub errors: Vec<(u64, u32)>,
}

/// Error lines kept of a list; an output has one.
const MAX_ERRORS: usize = 64;

/// Reads the output of `dism /get-packages` in list or table form, or of `Get-WindowsPackage`, in any language.
///
/// Labels are translated, so fields are told by their content and order: the identity has four tildes, and state,
/// release type and install time follow it in this order in every language.
pub fn read_packages<'t>(
    text: &'t LogText<'_>,
    mut visit: impl FnMut(ListedPackage<'t>),
) -> PackageListSummary {
    let mut summary = PackageListSummary::default();
    let mut open: Option<(ListedPackage<'t>, usize)> = None;
    let mut send = |package: ListedPackage<'t>, summary: &mut PackageListSummary| {
        summary.packages += 1;
        summary.unknown_states += u64::from(package.state == PackageState::Unknown);
        visit(package);
    };
    for (number, line) in lines(text.bytes()) {
        let bytes = line.bytes.trim_ascii();
        if let Some(package) = table_row(number, bytes) {
            if let Some((package, _)) = open.take() {
                send(package, &mut summary);
            }
            send(package, &mut summary);
            continue;
        }
        let Some((label, value)) = label_and_value(bytes) else {
            if bytes.is_empty()
                && let Some((package, _)) = open.take()
            {
                send(package, &mut summary);
            }
            continue;
        };
        let text = decode(value);
        if PackageIdentity::parse(&text).is_some() {
            if let Some((package, _)) = open.take() {
                send(package, &mut summary);
            }
            open = Some((package(number, text), 0));
        } else if let Some((package, fields)) = &mut open {
            *fields += 1;
            match *fields {
                1 => {
                    package.state = PackageState::of_word(&text);
                    package.state_text = text;
                }
                2 => package.release_type = Some(text).filter(|text| !text.is_empty()),
                3 => package.install_time = Some(text).filter(|text| !text.is_empty()),
                _ => {}
            }
        } else if is_version(value) {
            let slot = if summary.tool_version.is_none() {
                &mut summary.tool_version
            } else {
                &mut summary.image_version
            };
            slot.get_or_insert_with(|| text.into_owned());
        } else if label.len() < 16
            && let Some(code) = printed_code(value)
            && summary.errors.len() < MAX_ERRORS
        {
            summary.errors.push((number, code));
        }
    }
    if let Some((package, _)) = open {
        send(package, &mut summary);
    }
    summary
}

/// `Error: 0x800f081e`, and `错误: 87` for a Win32 error.
fn printed_code(value: &[u8]) -> Option<u32> {
    if let Some(CodeMatch { value, form: CodeForm::Hex | CodeForm::Keyed, span }) =
        codes::find_codes(value).first()
    {
        return (span.start == 0).then(|| value.hresult()).flatten();
    }
    whole_number(value).and_then(|value| CodeValue::Win32(value).hresult())
}

fn package<'a>(line: u64, identity: Text<'a>) -> ListedPackage<'a> {
    ListedPackage {
        line,
        identity,
        state: PackageState::Unknown,
        state_text: "".into(),
        release_type: None,
        install_time: None,
    }
}

/// Label and value around the first colon, ASCII or full width, with or without spaces around it.
fn label_and_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let wide = split_once(line, "：".as_bytes());
    let (label, value) = split_once(line, b":").or(wide)?;
    Some((label.trim_ascii(), value.trim_ascii()))
}

fn is_version(value: &[u8]) -> bool {
    let dots = value.iter().filter(|byte| **byte == b'.').count();
    dots == 3 && value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// `Package_for_…~~17763.2114.1.13 | Installed | Update | 8/17/2021 3:16 AM`
fn table_row(line: u64, bytes: &[u8]) -> Option<ListedPackage<'_>> {
    let (identity, rest) = split_once(bytes, b" |").or_else(|| split_once(bytes, b"|"))?;
    let identity = decode(identity.trim_ascii());
    PackageIdentity::parse(&identity)?;
    let mut cells = rest.split(|byte| *byte == b'|').map(|cell| decode(cell.trim_ascii()));
    let state_text = cells.next()?;
    let mut cell = || cells.next().filter(|text| !text.is_empty());
    Some(ListedPackage {
        line,
        identity,
        state: PackageState::of_word(&state_text),
        state_text,
        release_type: cell(),
        install_time: cell(),
    })
}
