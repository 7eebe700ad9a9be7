//! Profiling events.

use crate::{
    PmlError, PmlEvent,
    detail::fields::Fields,
    text::{PmlText, push_decimal, push_grouped},
    time::push_seconds,
};

const THREAD_PROFILING: u16 = 0;
const PROCESS_PROFILING: u16 = 1;
const DEBUG_OUTPUT: u16 = 2;

pub(crate) fn push_path(event: &PmlEvent<'_>, out: &mut String) -> Result<(), PmlError> {
    if event.raw_operation() == THREAD_PROFILING {
        out.push_str("Thread ");
        push_decimal(out, event.tid().into());
    }
    Ok(())
}

pub(crate) fn push_detail(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let mut c = event.detail_cursor();
    match event.raw_operation() {
        PROCESS_PROFILING => {
            for name in ["User Time", "Kernel Time"] {
                let out = fields.field(name);
                push_seconds(out, c.u64()?);
                out.push_str(" seconds");
            }
            let working_set = c.u64()?;
            push_grouped(fields.field("Private Bytes"), c.u64()?);
            push_grouped(fields.field("Working Set"), working_set);
        }
        THREAD_PROFILING => {
            push_seconds(fields.field("User Time"), c.u32()?.into());
            push_seconds(fields.field("Kernel Time"), c.u32()?.into());
            push_decimal(fields.field("Context Switches"), c.u32()?.into());
        }
        DEBUG_OUTPUT => {
            let units = c.u16()?;
            let bytes = c.take(usize::from(units) * 2)?;
            PmlText::Utf16(bytes).push_to(fields.field("Output"));
        }
        _ => {}
    }
    Ok(())
}
