//! Writes bootrace.html: builds the library for WebAssembly, and puts it into the page with its styles and scripts.

mod page;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};
use wasm_bindgen_cli_support::Bindgen;
use zopfli::{Format, Options};

/// How often the packing is improved. More rounds take minutes, and save some hundred bytes.
const ROUNDS: u64 = 5;

fn main() -> anyhow::Result<()> {
    let output = match env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from("bootrace.html"),
    };
    let folder = tempfile::tempdir()?;
    let (glue, program) = bind(&library()?, folder.path())?;
    let mut packed = Vec::new();
    let options = Options { iteration_count: ROUNDS.try_into()?, ..Options::default() };
    zopfli::compress(options, Format::Deflate, program.as_slice(), &mut packed)?;
    let page = page::page(&glue, &packed)?;
    fs::write(&output, &page).with_context(|| format!("{} cannot be written", output.display()))?;
    let (whole, part) = (page.len() >> 10, program.len() >> 10);
    eprintln!("bundle: wrote {}, {whole} KiB; the program in it has {part} KiB unpacked", output.display());
    Ok(())
}

/// Builds the library; where it lies.
fn library() -> anyhow::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    // The library is a module for WebAssembly only: no system's linker has to make one of it.
    build.args(["rustc", "--package", "web", "--lib", "--crate-type", "cdylib", "--profile", "web"]);
    build.args(["--target", "wasm32-unknown-unknown", "--message-format", "json-render-diagnostics"]);
    build.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit());
    let built = build.output().context("cargo cannot be started")?;
    if !built.status.success() {
        bail!("the library was not built; does the target lack? rustup target add wasm32-unknown-unknown");
    }
    let messages = String::from_utf8_lossy(&built.stdout);
    let wasm = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let wasm = wasm.flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default());
    let mut wasm = wasm.filter_map(|name| name.as_str().map(PathBuf::from));
    let is_library = |path: &PathBuf| path.file_name().is_some_and(|name| name == "web.wasm");
    wasm.find(is_library).context("cargo built no web.wasm")
}

/// The script that calls the library, and the library as that script needs it.
fn bind(library: &Path, folder: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(library).no_modules(true)?.typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true).generate(folder)?;
    Ok((fs::read_to_string(folder.join("web.js"))?, fs::read(folder.join("web_bg.wasm"))?))
}
