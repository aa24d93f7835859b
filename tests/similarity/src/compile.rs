//! Sources to core modules, and modules through the tools that disguise them.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    process::Command,
};

use wasm_mutate::WasmMutate;

/// Rust as it stands or with the compiler's complaints.
pub type Compiled = Result<Vec<u8>, String>;

/// The compiler with a standard library for WebAssembly: rustup's, or Debian's with the one that `tito build` made.
pub struct Compiler {
    program: PathBuf,
    flags: Vec<String>,
    folder: tempfile::TempDir,
    /// What was made before, so that a second run takes seconds.
    kept: PathBuf,
}

impl Compiler {
    /// What `tito build` would use here.
    pub fn find() -> Self {
        let folder = tempfile::tempdir().expect("a folder for what is compiled");
        let kept =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from).join("kept");
        fs::create_dir_all(&kept).expect("the target folder is ours");
        let version = text(Command::new("/usr/bin/rustc").arg("--version"));
        let version = version.split(' ').nth(1).unwrap_or_default().to_owned();
        let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).unwrap_or_else(|| home().join(".cache"));
        let sysroot = cache.join("tito").join(format!("wasm-sysroot-{version}"));
        if !sysroot.is_dir() {
            return Self { program: "rustc".into(), flags: vec![], folder, kept };
        }
        let release = text(Command::new("/usr/bin/rustc").arg("-vV"));
        let llvm = release.lines().find_map(|line| line.strip_prefix("LLVM version: ")).unwrap_or_default();
        let linker = format!("/usr/bin/wasm-ld-{}", llvm.split('.').next().unwrap_or_default());
        let flags =
            vec![format!("--sysroot={}", sysroot.display()), "-C".to_owned(), format!("linker={linker}")];
        Self { program: "/usr/bin/rustc".into(), flags, folder, kept }
    }

    /// A core module without names, or what the compiler says.
    pub fn module(&self, source: &str, level: &str) -> Compiled {
        self.kept(&("module", level, source), || self.compiled(source, level))
    }

    /// What was made of these before, or is made now.
    pub fn kept(&self, of: &impl Hash, make: impl FnOnce() -> Compiled) -> Compiled {
        let mut hasher = DefaultHasher::new();
        of.hash(&mut hasher);
        let path = self.kept.join(format!("{:016x}", hasher.finish()));
        if let Ok(bytes) = fs::read(&path) {
            return Ok(bytes);
        }
        let bytes = make()?;
        fs::write(&path, &bytes).map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    fn compiled(&self, source: &str, level: &str) -> Compiled {
        let module = self.folder.path().join("module.wasm");
        let lto = if level == "0" { "lto=off" } else { "lto=fat" };
        let flags = ["panic=abort", "strip=symbols", "target-feature=+simd128", lto];
        let mut command = self.command(source);
        command.arg("-o").arg(&module).args(["-C", &format!("opt-level={level}")]);
        run(command.args(flags.iter().flat_map(|flag| ["-C", flag])))?;
        fs::read(&module).map_err(|error| error.to_string())
    }

    /// Whether the compiler takes it, or what it says.
    pub fn check(&self, source: &str) -> Result<(), String> {
        let metadata = self.folder.path().join("module.rmeta");
        run(self.command(source).arg("--emit=metadata").arg("-o").arg(metadata))
    }

    fn command(&self, source: &str) -> Command {
        let path = self.folder.path().join("solution.rs");
        fs::write(&path, source).expect("the folder is ours");
        let mut command = Command::new(&self.program);
        command.env_remove("RUSTUP_TOOLCHAIN").env("RUSTC_BOOTSTRAP", "1").args(&self.flags).arg(path);
        command.args([
            "--edition=2024",
            "--crate-type=cdylib",
            "--target=wasm32-unknown-unknown",
            "-Awarnings",
        ]);
        command
    }

    /// A module after `wasm-opt` with this flag; `None` where there is none to be run.
    pub fn optimised(&self, module: &[u8], flag: &str) -> Option<Vec<u8>> {
        self.kept(&("optimised", flag, module), || self.optimised_now(module, flag)).ok()
    }

    fn optimised_now(&self, module: &[u8], flag: &str) -> Compiled {
        let [from, to] = ["in.wasm", "out.wasm"].map(|name| self.folder.path().join(name));
        fs::write(&from, module).expect("the folder is ours");
        run(Command::new("wasm-opt").args([flag, "--all-features"]).arg(&from).arg("-o").arg(&to))?;
        fs::read(to).map_err(|error| error.to_string())
    }

    /// What a module answers to some seeds; `None` where nothing here can run it.
    pub fn answers(&self, module: &[u8]) -> Option<String> {
        let answers =
            self.kept(&("answers", module), || self.answered(module).ok_or_else(String::new)).ok()?;
        String::from_utf8(answers).ok()
    }

    fn answered(&self, module: &[u8]) -> Option<Vec<u8>> {
        let path = self.folder.path().join("run.wasm");
        fs::write(&path, module).expect("the folder is ours");
        let script = "const m = new WebAssembly.Module(require('fs').readFileSync(process.argv[1]));\
            const { run } = new WebAssembly.Instance(m, {}).exports;\
            console.log([1, 2, 3, 4].map(s => run(s).toFixed(3)).join(' '))";
        let output = Command::new("node").args(["-e", script]).arg(path).output().ok()?;
        Some(output.stdout)
    }
}

/// A module after so many rounds of `wasm-mutate`, each of which keeps what it does.
pub fn mutated(compiler: &Compiler, module: &[u8], rounds: u64) -> Vec<u8> {
    let make = || Ok(mutated_now(module, rounds));
    compiler.kept(&("mutated", rounds, module), make).expect("it is always something")
}

fn mutated_now(module: &[u8], rounds: u64) -> Vec<u8> {
    let mut module = module.to_vec();
    for seed in 0..rounds {
        let mut mutate = WasmMutate::default();
        mutate.seed(seed).fuel(500).preserve_semantics(true);
        let next = mutate.run(&module).ok().and_then(|mut found| found.next()).and_then(Result::ok);
        // A round in which nothing could be changed is one.
        module = next.unwrap_or(module);
    }
    module
}

fn run(command: &mut Command) -> Result<(), String> {
    let output =
        command.output().map_err(|error| format!("cannot start {:?}: {error}", command.get_program()))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn text(command: &mut Command) -> String {
    command.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

fn home() -> PathBuf {
    env::var_os("HOME").map(PathBuf::from).unwrap_or_default()
}
