//! A folder with settings, maps and a database, and the binary run in it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// What a command printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Fails the test unless the command succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails the test unless the command ended with this status.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {}", self.stdout))
    }

    /// Standard output as JSON Lines.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
        self.stdout.lines().map(parse).collect()
    }
}

/// A user's folder.
pub(crate) struct Project {
    dir: tempfile::TempDir,
    database: Option<String>,
}

impl Project {
    /// A folder with this `moodline.toml`; SQLite unless told otherwise.
    pub(crate) fn new(settings: &str) -> Self {
        let project = Self { dir: tempfile::tempdir().unwrap(), database: None };
        project.write("moodline.toml", settings);
        project
    }

    /// The same on another database.
    pub(crate) fn on(mut self, url: &str) -> Self {
        self.database = Some(url.to_owned());
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Puts one of the example maps into `maps/`.
    pub(crate) fn with_example_map(self, id: &str) -> Self {
        self.write(&format!("maps/{id}.toml"), fs::read(repository().join(format!("config/maps/{id}.toml"))).unwrap());
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_moodline"));
        command.args(arguments).current_dir(self.dir.path()).env("COLUMNS", "140").env("USER", "tester");
        for name in ["MOODLINE_CONFIG", "MOODLINE_LOG", "MOODLINE_AUTHOR_KEY", "MOODLINE_DATABASE_URL"] {
            command.env_remove(name);
        }
        if let Some(url) = &self.database {
            command.env("MOODLINE_DATABASE_URL", url);
        }
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with_input(arguments, "")
    }

    /// Runs a command with more in its environment.
    #[cfg(feature = "otel")]
    pub(crate) fn run_in(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied());
        finished(command, "")
    }

    /// Runs a command with this standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        finished(self.command(arguments), input)
    }

    /// Starts a command and leaves it running.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        self.start_with(arguments, &[])
    }

    /// The same with more in its environment.
    pub(crate) fn start_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Running {
        self.start_logging("service.log", arguments, environment)
    }

    /// One of several, with a log of its own.
    pub(crate) fn start_logging(&self, log: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Running {
        let log = fs::File::create(self.path(log)).unwrap();
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied());
        Running(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    /// What the started command has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log_of("service.log")
    }

    /// The same of one of several.
    pub(crate) fn log_of(&self, log: &str) -> String {
        fs::read_to_string(self.path(log)).unwrap_or_default()
    }
}

/// Runs a command with this standard input to its end.
fn finished(mut command: Command, input: &str) -> Ran {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // A command that reads nothing closes the pipe: not the writer's concern.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A command under way; it ends with the test, however that ends.
pub(crate) struct Running(Child);

impl Running {
    /// Ends it without a chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Sends it a signal, e.g. `-TERM`.
    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.id().to_string()]).status().unwrap().success());
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Its exit status, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.0.try_wait().unwrap().map(|status| status.code().unwrap_or(-1))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The repository's root.
pub(crate) fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Rows of JSON Lines with an id and a text each.
pub(crate) fn json_lines(rows: impl IntoIterator<Item = (String, String)>) -> String {
    let line = |(id, text)| serde_json::json!({"id": id, "text": text, "time": "2026-05-01T08:00:00Z"}).to_string();
    rows.into_iter().map(line).collect::<Vec<_>>().join("\n")
}
