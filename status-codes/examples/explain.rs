//! What codes mean: `cargo run --example explain -- 0x80070005 "ACCESS DENIED"`.

fn main() {
    for code in std::env::args().skip(1) {
        match status_codes::explain(&code) {
            Ok(explanation) => println!("{explanation}"),
            Err(error) => eprintln!("{code}: {error}"),
        }
    }
}
