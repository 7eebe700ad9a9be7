//! Registry operations: one record each, at their end.

use std::collections::BTreeMap;

use anyhow::Result;
use etl_reader::{Value, names::KERNEL_REGISTRY};
use pml_reader::{PmlEvent, detail::registry, registry_operation as op};

use super::{Opened, REGISTRY, Tape, Who, end_of, nt_key};

/// The kernel's type and the provider's number.
fn event_of(operation: u16) -> Option<(u8, u16)> {
    Some(match operation {
        op::CREATE_KEY => (10, 1),
        op::OPEN_KEY => (11, 2),
        op::DELETE_KEY => (12, 3),
        op::QUERY_KEY => (13, 4),
        op::SET_VALUE => (14, 5),
        op::DELETE_VALUE => (15, 6),
        op::QUERY_VALUE => (16, 7),
        op::ENUM_KEY => (17, 8),
        op::ENUM_VALUE => (18, 9),
        op::QUERY_MULTIPLE => (19, 10),
        op::SET_INFO_KEY => (20, 11),
        op::FLUSH_KEY => (21, 12),
        op::CLOSE_KEY => (27, 13),
        op::SET_SECURITY => (28, 15),
        op::QUERY_SECURITY => (29, 14),
        // Loading, unloading and renaming of keys is not recorded.
        _ => return None,
    })
}

/// Whether the last part of the path is a value's name.
fn is_of_value(operation: u16) -> bool {
    matches!(operation, op::SET_VALUE | op::DELETE_VALUE | op::QUERY_VALUE)
}

/// What a partial query of a value returns, with `KEY_VALUE_PARTIAL_INFORMATION`'s number.
const PARTIAL: u32 = 2;

/// Key control blocks, and key objects.
#[derive(Debug, Default)]
pub(super) struct Keys {
    opened: Opened,
    /// By path in lower case: the control block, and the path.
    blocks: BTreeMap<String, (u64, String)>,
}

impl Keys {
    /// Adds the record of an operation. False if ETW has no event for it.
    pub(super) fn event(&mut self, event: &PmlEvent<'_>, who: Who, tape: &mut Tape) -> Result<bool> {
        let operation = event.operation().code;
        let Some((kernel, id)) = event_of(operation) else { return Ok(false) };
        let path = nt_key(&event.path_text().to_string());
        let (key, value) = match path.rsplit_once('\\') {
            Some((key, value)) if is_of_value(operation) => (key, value),
            _ => (path.as_str(), ""),
        };
        // A call that does not return is not recorded.
        let Some(end) = end_of(event) else { return Ok(false) };
        let opens = matches!(operation, op::CREATE_KEY | op::OPEN_KEY);
        if tape.form.of(true, false) {
            let name = if opens { key } else { value };
            let block = if opens { 0 } else { self.block(key, event.time().0, who, tape)? };
            let values = [
                ("InitialTime", Value::Signed(tape.raw(event.time().0))),
                ("Status", event.status().into()),
                ("KeyHandle", Value::Pointer(block)),
                ("KeyName", name.into()),
            ];
            tape.kernel(end, (REGISTRY, kernel, 2), who, &values)?;
            return Ok(true);
        }
        let status = ("Status", event.status().into());
        if opens {
            let object = if event.status() == 0 { tape.addresses.next() } else { 0 };
            if object != 0 {
                self.opened.add(who, key, object);
            }
            let values = [("KeyObject", Value::Pointer(object)), status, ("RelativeName", key.into())];
            tape.provider(end, (KERNEL_REGISTRY, id, 0), who, &values)?;
            return Ok(true);
        }
        let object = match operation {
            op::CLOSE_KEY => self.opened.close(who, key),
            _ => self.opened.get(who, key),
        };
        let mut values = vec![("KeyObject", Value::Pointer(object.unwrap_or(0))), status];
        // A capture asks for no key names: what was opened before it has none.
        if object.is_none() && tape.masks.is_none() {
            values.push(("KeyName", key.into()));
        }
        if is_of_value(operation) {
            values.push(("ValueName", value.into()));
        }
        let data = registry::value(event);
        let mut partial = Vec::new();
        match (operation, data) {
            (op::SET_VALUE, Some(data)) => {
                values.push(("Type", data.kind.into()));
                values.push(("DataSize", data.length.into()));
                values.push(("CapturedData", Value::Bytes(data.data)));
            }
            (op::QUERY_VALUE, Some(data)) => {
                let length = u32::try_from(data.data.len())?;
                for number in [0, data.kind, length] {
                    partial.extend_from_slice(&number.to_le_bytes());
                }
                partial.extend_from_slice(data.data);
                values.push(("InfoClass", PARTIAL.into()));
                values.push(("DataSize", u32::try_from(partial.len())?.into()));
                values.push(("CapturedData", Value::Bytes(&partial)));
            }
            _ => {}
        }
        tape.provider(end, (KERNEL_REGISTRY, id, 0), who, &values)?;
        Ok(true)
    }

    /// The control block of a key. Its creation gives its path.
    fn block(&mut self, key: &str, time: u64, who: Who, tape: &mut Tape) -> Result<u64> {
        let lower = key.to_ascii_lowercase();
        if let Some((block, _)) = self.blocks.get(&lower) {
            return Ok(*block);
        }
        let block = tape.addresses.next();
        let values = [("KeyHandle", Value::Pointer(block)), ("KeyName", key.into())];
        tape.kernel(time, (REGISTRY, 22, 2), who, &values)?;
        self.blocks.insert(lower, (block, key.to_owned()));
        Ok(block)
    }

    /// The names of the control blocks. The kernel writes them when a trace ends.
    pub(super) fn finish(self, tape: &mut Tape) -> Result<()> {
        let who = Who { pid: 4, tid: 8, process: 0 };
        for (block, path) in self.blocks.into_values() {
            let values = [("KeyHandle", Value::Pointer(block)), ("KeyName", path.as_str().into())];
            tape.kernel(tape.last, (REGISTRY, 25, 2), who, &values)?;
        }
        Ok(())
    }
}
