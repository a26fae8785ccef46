//! `[[sources.typeform]]`.

use moodline_types::{Interval, Secret};
use url::Url;

use super::source::TypeformSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// Responses to one form.
    pub struct TypeformConfig {
        /// The form's id, as in `https://form.typeform.com/to/ID`.
        pub form: String,
        /// A personal access token.
        pub token: Secret,
        /// Questions whose answers are the text, by id, reference or title; unless named, all that ask for a long text.
        #[serde(default)]
        pub text_questions: Vec<String>,
        /// The question whose answer is the rating; unless named, the first on a scale.
        #[serde(default)]
        pub rating_question: Option<String>,
        /// Responses asked for at once, 1,000 at most; fewer where they are so long that the API is slow.
        #[serde(default = "page_size")]
        pub page_size: usize,
        /// Least time between two requests: the API bears two a second.
        #[serde(default = "min_interval")]
        pub min_interval: Interval,
        /// Where the API is; `https://api.eu.typeform.com/` for accounts in Europe.
        #[serde(default = "api_url")]
        pub api_url: Url,
    }
}

const fn page_size() -> usize {
    1000
}

const fn min_interval() -> Interval {
    Interval::from_millis(500)
}

fn api_url() -> Url {
    Url::parse("https://api.typeform.com/").expect("a constant address")
}

impl SourceConfig for TypeformConfig {
    fn origin(&self) -> String {
        format!("form {}", self.form)
    }

    fn findings(&self) -> Vec<String> {
        let good =
            !self.form.is_empty() && self.form.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        let finding = format!(
            "source `{}`: form: `{}` is no id; it is what stands behind /to/ in the form's address",
            self.id, self.form
        );
        let size = format!("source `{}`: page_size: write 1 to 1000, not {}", self.id, self.page_size);
        let findings = [(good, finding), ((1..=1000).contains(&self.page_size), size)];
        findings.into_iter().filter(|(good, _)| !good).map(|(_, finding)| finding).collect()
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let token = context.secret(&self.id, "token", &self.token)?;
        Ok(Box::new(TypeformSource::new(self.clone(), token, context.http.clone())))
    }
}
