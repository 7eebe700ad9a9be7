//! The triage record in the registry, where inventory systems look for it.

use reports::model::Report;

/// The key of the record. Its values are those of `--format triage`.
pub(super) const KEY: &str = r"HKLM\SOFTWARE\bootrace";

/// Writes the record. A value that this report does not have is removed, so that none is left of an earlier report.
#[cfg(windows)]
pub(super) fn write(report: &Report) -> anyhow::Result<()> {
    use crate::words::said as say;
    use anyhow::Context as _;

    /// KEY_READ, KEY_WRITE and KEY_WOW64_64KEY: the same key for every build of bootrace.
    const ACCESS: u32 = 0x2_0019 | 0x2_0006 | 0x100;
    /// HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND): there is no such value.
    const NOT_FOUND: i32 = 0x8007_0002_u32 as i32;

    let store = || -> windows_registry::Result<()> {
        let mut options = windows_registry::LOCAL_MACHINE.options();
        let key = options.access(ACCESS).create().open(r"SOFTWARE\bootrace")?;
        for (name, value) in reports::triage::values(report) {
            match value.as_str() {
                "" => match key.remove_value(name) {
                    Err(error) if error.code().0 != NOT_FOUND => return Err(error),
                    _ => {}
                },
                value => key.set_string(name, value)?,
            }
        }
        Ok(())
    };
    store().with_context(|| say::NEEDS_ADMINISTRATOR.with(&[&KEY]))
}

/// There is no registry here.
#[cfg(not(windows))]
pub(super) fn write(_: &Report) -> anyhow::Result<()> {
    anyhow::bail!(crate::words::said::NO_REGISTRY.plain())
}
