//! Links bootrace.exe so that Windows loads its DLLs from System32 only: in the folder that the program is started from,
//! somebody may have planted one.

/// LOAD_LIBRARY_SEARCH_SYSTEM32. Only Microsoft's linker knows the option; `capture arm` refuses open folders in any case.
const SYSTEM32_ONLY: &str = "/DEPENDENTLOADFLAG:0x800";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|v| v == value);
    if is("CARGO_CFG_TARGET_OS", "windows") && is("CARGO_CFG_TARGET_ENV", "msvc") {
        println!("cargo:rustc-link-arg-bins={SYSTEM32_ONLY}");
    }
}
