//! The COMPONENTS hive: the state of the component store.

use super::{KeyView, Registry, RegistryData, RegistryKey};
use crate::text::decode_utf16le;

/// The values at the root of `HKLM\COMPONENTS`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentsState {
    /// `PendingXmlIdentifier`: must equal the identifier of pending.xml. Otherwise poqexec refuses the file.
    pub pending_xml_identifier: Option<String>,
    /// `ExecutionState`
    pub execution_state: Option<u32>,
    /// `RepairTransactionPended`
    pub repair_transaction_pended: Option<u32>,
    /// `PoqexecFailure`, as printed: text, a number in hexadecimal, or bytes.
    pub poqexec_failure: Option<String>,
    /// `AIFailureInformation`, likewise.
    pub ai_failure_information: Option<String>,
    /// `NextQueueEntryIndex`
    pub next_queue_entry_index: Option<u32>,
    /// `NextQueueEntryIndexBCDB`
    pub next_queue_entry_index_bcdb: Option<u32>,
    /// `AdvancedInstallersNeedResolving`
    pub advanced_installers_need_resolving: Option<u32>,
    /// `StoreDirty`
    pub store_dirty: Option<u32>,
    /// `ImpactfulTransactionCommitsDisabled`
    pub impactful_commits_disabled: Option<u32>,
    /// What of the key could not be read.
    pub damage: Vec<String>,
}

/// Reads the COMPONENTS hive or an export of its root; `None` if the key is absent.
pub fn components_state(registry: &impl Registry) -> Option<ComponentsState> {
    let root = registry.machine_key("COMPONENTS")?.view();
    Some(ComponentsState {
        pending_xml_identifier: printed(&root, "PendingXmlIdentifier"),
        execution_state: root.dword("ExecutionState"),
        repair_transaction_pended: root.dword("RepairTransactionPended"),
        poqexec_failure: printed(&root, "PoqexecFailure"),
        ai_failure_information: printed(&root, "AIFailureInformation"),
        next_queue_entry_index: root.dword("NextQueueEntryIndex"),
        next_queue_entry_index_bcdb: root.dword("NextQueueEntryIndexBCDB"),
        advanced_installers_need_resolving: root.dword("AdvancedInstallersNeedResolving"),
        store_dirty: root.dword("StoreDirty"),
        impactful_commits_disabled: root.dword("ImpactfulTransactionCommitsDisabled"),
        damage: root.damage,
    })
}

/// A value as text. REG_BINARY of these values holds UTF-16 as far as is known; bytes that do not are printed in
/// hexadecimal.
fn printed(key: &KeyView, name: &str) -> Option<String> {
    Some(match key.data(name)? {
        RegistryData::Text(text) => text.clone(),
        RegistryData::Texts(texts) => texts.join(" "),
        RegistryData::Dword(value) => format!("{value:#010x}"),
        RegistryData::Qword(value) => format!("{value:#018x}"),
        RegistryData::Binary(_, bytes) => {
            let text = decode_utf16le(bytes);
            if bytes.len().is_multiple_of(2)
                && !text.is_empty()
                && text.chars().all(|c| c.is_ascii_graphic() || c == ' ')
            {
                text
            } else {
                bytes.iter().map(|byte| format!("{byte:02x}")).collect()
            }
        }
    })
}
