//! The extended code of Windows Setup. `0x30018` after a result says in which phase and operation an upgrade failed.

use crate::said::{Said, made};

/// Phases of an upgrade, by the number in the extended code.
const PHASES: [&str; 6] = ["UNKNOWN", "DOWNLEVEL", "SAFE_OS", "FIRST_BOOT", "OOBE_BOOT", "UNINSTALL"];

/// Operations of an upgrade, by the number in the extended code.
#[rustfmt::skip]
const OPERATIONS: [&str; 33] = [
    "UNKNOWN", "COPY_PAYLOAD", "DOWNLOAD_UPDATES", "INSTALL_UPDATES", "INSTALL_RECOVERY_ENVIRONMENT",
    "INSTALL_RECOVERY_IMAGE", "REPLICATE_OC", "INSTALL_DRIVERS", "PREPARE_SAFE_OS", "PREPARE_ROLLBACK",
    "PREPARE_FIRST_BOOT", "PREPARE_OOBE_BOOT", "APPLY_IMAGE", "MIGRATE_DATA", "SET_PRODUCT_KEY", "ADD_UNATTEND",
    "ADD_DRIVER", "ENABLE_FEATURE", "DISABLE_FEATURE", "REGISTER_ASYNC_PROCESS", "REGISTER_SYNC_PROCESS",
    "CREATE_FILE", "CREATE_REGISTRY", "BOOT", "SYSPREP", "OOBE", "BEGIN_FIRST_BOOT", "END_FIRST_BOOT",
    "BEGIN_OOBE_BOOT", "END_OOBE_BOOT", "PRE_OOBE", "POST_OOBE", "ADD_PROVISIONING_PACKAGE",
];

/// Phase and operation of an extended code.
fn of_code(code: u32) -> Option<(&'static str, &'static str)> {
    let phase = usize::try_from(code >> 16).ok()?;
    let operation = usize::try_from(code & 0xFFFF).ok()?;
    Some((*PHASES.get(phase)?, *OPERATIONS.get(operation)?))
}

/// A result and its extended code, `0xC1900101-0x30018` or `0xC1900101 - 0x30018`: the result, and what the extended
/// code says.
pub(crate) fn split(text: &str) -> Option<(&str, Said<String>)> {
    let (result, extended) = text.split_once('-')?;
    let (result, extended) = (result.trim(), extended.trim());
    let hex = |text: &str| {
        u32::from_str_radix(text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?, 16).ok()
    };
    hex(result)?;
    let (phase, operation) = of_code(hex(extended)?)?;
    let en = format!("Windows Setup: phase {phase}, operation {operation}");
    Some((result, made(en, format!("Windows 安装程序：阶段 {phase}，操作 {operation}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extended_code_names_phase_and_operation() {
        let said = |text| split(text).map(|(result, said)| (result.to_owned(), said.en));
        let expected =
            ("0xC1900101".to_owned(), "Windows Setup: phase FIRST_BOOT, operation SYSPREP".to_owned());
        assert_eq!(said("0xC1900101-0x30018"), Some(expected.clone()));
        assert_eq!(said("0xC1900101 - 0x30018"), Some(expected));
        assert_eq!(of_code(0x4000D), Some(("OOBE_BOOT", "MIGRATE_DATA")));
        assert_eq!(of_code(0x2_0017), Some(("SAFE_OS", "BOOT")));
        for text in ["-2147023143", "0xC1900101-0x990018", "0x5-", "a-b"] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
