//! The third-party product of a synthetic machine. Its names are invented.

use crate::rng::Rng;

/// A product with a service and a file system minifilter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agent {
    pub(crate) company: &'static str,
    pub(crate) image: &'static str,
    pub(crate) command: &'static str,
    pub(crate) driver: &'static str,
    pub(crate) description: &'static str,
    pub(crate) service: &'static str,
    /// The library that it puts into other programs.
    pub(crate) hook: &'static str,
}

const AGENTS: &[Agent] = &[
    Agent {
        company: "Contoso Ltd.",
        image: r"C:\Program Files\Contoso\Guard\CtsGuard.exe",
        command: r#""C:\Program Files\Contoso\Guard\CtsGuard.exe" -service"#,
        driver: "ctsguard.sys",
        description: "Contoso Guard Service",
        service: "CtsGuard",
        hook: "ctshook.dll",
    },
    Agent {
        company: "Fabrikam, Inc.",
        image: r"C:\Program Files\Fabrikam\Endpoint\fabedr.exe",
        command: r#""C:\Program Files\Fabrikam\Endpoint\fabedr.exe" /svc"#,
        driver: "fabflt.sys",
        description: "Fabrikam Endpoint Detection",
        service: "FabEdr",
        hook: "fabmon.dll",
    },
    Agent {
        company: "Northwind Traders",
        image: r"C:\Program Files\Northwind\Backup Agent\nwagent.exe",
        command: r#""C:\Program Files\Northwind\Backup Agent\nwagent.exe""#,
        driver: "nwsnap.sys",
        description: "Northwind Backup Agent",
        service: "NwAgent",
        hook: "nwshim.dll",
    },
];

impl Agent {
    pub(crate) fn new(rng: &Rng) -> Self {
        rng.fork("agent").pick(AGENTS)
    }
}
