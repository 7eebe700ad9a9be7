//! The machine that a trace names.

use pml_reader::{FileTime, PmlHeader, TICKS_PER_SECOND, write};

use crate::rng::Rng;

/// The system that is made up: names, versions, clock.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Computer name.
    pub name: String,
    /// Whether the system is 64-bit.
    pub is_64bit: bool,
    /// Build number: 17763, Windows Server 2019 and Windows 10 1809.
    pub build: u32,
    /// Revision that is installed before the update.
    pub revision: u32,
    /// Revision that the update brings.
    pub next_revision: u32,
    /// Minutes that local time is ahead of UTC.
    pub utc_offset_minutes: i32,
    /// When the kernel started.
    pub boot: FileTime,
    /// Number of the update in the knowledge base.
    pub kb: u32,
    processors: u32,
    memory: u64,
    hashes: Rng,
}

/// Inbox drivers that updates bring again.
pub(crate) const INFS: &[&str] = &[
    "cpu.inf",
    "flpydisk.inf",
    "mshdc.inf",
    "ntprint4.inf",
    "netathrx.inf",
    "wvms_pp.inf",
    "usbport.inf",
    "hdaudio.inf",
    "keyboard.inf",
];
const DLLS: &[&str] = &[
    "mshtml.dll",
    "win32kfull.sys",
    "gdi32full.dll",
    "crypt32.dll",
    "wininet.dll",
    "srvsvc.dll",
    "localspl.dll",
    "msxml3.dll",
];
/// Components without an ellipsis in their folder's name.
const COMPONENTS: &[&str] = &[
    "microsoft-windows-win32k",
    "microsoft-windows-gdi32",
    "microsoft-windows-smbserver",
    "microsoft-windows-msxml30",
    "microsoft-windows-ie-htmlrendering",
    "microsoft-windows-crypt32-dll",
];

/// 2024-01-01 00:00 UTC.
const YEAR_2024: u64 = 133_485_408_000_000_000;

impl Machine {
    pub(crate) fn new(rng: &Rng, is_64bit: bool) -> Self {
        let mut rng = rng.fork("machine");
        let kind = rng.pick(&["SRV", "DC", "APP", "FS", "WIN", "KIOSK"]);
        let day = rng.below(600);
        let revision = rng.between32(4_000, 7_000);
        Self {
            name: format!("{kind}-{:05X}", rng.below(1 << 20)),
            is_64bit,
            build: 17763,
            revision,
            next_revision: revision + rng.between32(50, 400),
            utc_offset_minutes: rng.pick(&[-480, -300, 0, 60, 120, 330, 480, 540]),
            boot: FileTime(
                YEAR_2024
                    + (day * 86_400 + rng.below(86_400)) * TICKS_PER_SECOND
                    + rng.below(TICKS_PER_SECOND),
            ),
            kb: rng.between32(5_034_000, 5_066_000),
            processors: rng.pick(&[2, 4, 8, 16]),
            memory: rng.pick(&[4, 8, 16]) << 30,
            hashes: rng.fork("hashes"),
        }
    }

    /// The machine with the update that the machine of another seed gets.
    pub(crate) fn with_update_of(self, rng: &Rng) -> Self {
        let Self { revision, next_revision, kb, hashes, .. } = Self::new(rng, self.is_64bit);
        Self { revision, next_revision, kb, hashes, ..self }
    }

    pub(crate) fn header(&self) -> PmlHeader {
        write::Machine {
            is_64bit: self.is_64bit,
            computer_name: &self.name,
            build: self.build,
            processors: self.processors,
            memory: self.memory,
            ..write::Machine::default()
        }
        .header()
    }

    /// The architecture in names of components.
    #[must_use]
    pub fn architecture(&self) -> &'static str {
        if self.is_64bit { "amd64" } else { "x86" }
    }

    /// Folder name of a component version: `amd64_<name>_31bf3856ad364e35_10.0.17763.<revision>_none_<hash>`.
    #[must_use]
    pub fn component(&self, name: &str, revision: u32) -> String {
        let hash = self.hashes.fork(&format!("{name}{revision}")).hash();
        format!("{}_{name}_31bf3856ad364e35_10.0.{}.{revision}_none_{hash}", self.architecture(), self.build)
    }

    /// The folder of a driver package.
    #[must_use]
    pub fn driver_folder(&self, inf: &str) -> String {
        let hash = self.hashes.fork(inf).hash();
        format!(r"C:\Windows\System32\DriverStore\FileRepository\{inf}_{}_{hash}", self.architecture())
    }

    /// The folder of the servicing stack.
    #[must_use]
    pub fn servicing_stack(&self) -> String {
        format!(r"C:\Windows\WinSxS\{}", self.component("microsoft-windows-servicingstack", self.revision))
    }

    /// The driver that a scenario picks for its fault.
    #[must_use]
    pub fn inf(&self) -> &'static str {
        self.hashes.fork("inf").pick(INFS)
    }

    /// Identity of the update's package.
    #[must_use]
    pub fn package(&self) -> String {
        let version = format!("{}.{}.1.8", self.build, self.next_revision);
        format!("Package_for_RollupFix~31bf3856ad364e35~{}~~{version}", self.architecture())
    }

    /// `text` with its places filled: `{arch}`, `{stack}`, `{repo:x.inf}` (the driver's folder), `{wcp:name}` (the
    /// folder of the new version of a component), `{inf}`, `{stem}` (the INF without its ending), `{dll}`, `{component}` (one of several, by the seed).
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (place, behind) = after.split_once('}').unwrap_or((after, ""));
            match place.split_once(':') {
                Some(("repo", "inf")) => out.push_str(&self.driver_folder(self.inf())),
                Some(("repo", inf)) => out.push_str(&self.driver_folder(inf)),
                Some(("wcp", name)) => {
                    let name = if name == "component" {
                        self.hashes.fork("component").pick(COMPONENTS)
                    } else {
                        name
                    };
                    out.push_str(&format!(r"C:\Windows\WinSxS\{}", self.component(name, self.next_revision)));
                }
                None if place == "arch" => out.push_str(self.architecture()),
                None if place == "stack" => out.push_str(&self.servicing_stack()),
                None if place == "inf" => out.push_str(self.inf()),
                None if place == "stem" => out.push_str(self.inf().trim_end_matches(".inf")),
                None if place == "dll" => out.push_str(self.hashes.fork("dll").pick(DLLS)),
                None if place == "component" => out.push_str(self.hashes.fork("component").pick(COMPONENTS)),
                // A GUID.
                _ => out.push_str(&format!("{{{place}}}")),
            }
            rest = behind;
        }
        out.push_str(rest);
        out
    }
}
