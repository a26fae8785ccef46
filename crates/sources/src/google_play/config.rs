//! `[[sources.google_play]]`.

use moodline_types::Secret;
use url::Url;

use super::{account::Account, source::GooglePlaySource};
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// Reviews of an app of one's own.
    pub struct GooglePlayConfig {
        /// The app's package name, e.g. `com.example.app`.
        pub package: String,
        /// The service account: the content of its JSON key file.
        pub service_account: Secret,
        /// Where the API is.
        #[serde(default = "api_url")]
        pub api_url: Url,
    }
}

fn api_url() -> Url {
    Url::parse("https://androidpublisher.googleapis.com/").expect("a constant address")
}

/// Whether a text is a package name, so that it may stand in an address.
pub(crate) fn is_package(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
}

impl SourceConfig for GooglePlayConfig {
    fn origin(&self) -> String {
        self.package.clone()
    }

    fn findings(&self) -> Vec<String> {
        let finding =
            format!("source `{}`: package: `{}` is no package name, like com.example.app", self.id, self.package);
        if is_package(&self.package) { Vec::new() } else { vec![finding] }
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let file = context.secret(&self.id, "service_account", &self.service_account)?;
        let account =
            Account::read(&file).map_err(|error| format!("source `{}`: service_account: {error}", self.id))?;
        Ok(Box::new(GooglePlaySource::new(self.clone(), account, context.http.clone())))
    }
}
