//! What the logs of other tools say failed: DISM, and Windows Setup.

/// A tool that writes a log of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// dism.exe, and what uses its library.
    Dism,
    /// Windows Setup, which upgrades Windows to another version.
    WindowsSetup,
    /// What sets up and updates the recovery environment, WinRE.
    Recovery,
}

/// Something that a tool says failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolFact {
    /// The tool.
    pub tool: Tool,
    /// What failed, in the tool's words; empty where it does not say.
    pub what: String,
    /// The command line that asked for it.
    pub command: Option<String>,
    /// The line states the outcome of the whole.
    pub decides: bool,
}
