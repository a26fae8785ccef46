//! Words and ids in the OpenAPI document: what values they have.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

macro_rules! words {
    ($($name:ident: $about:literal),+ $(,)?) => {
        /// Their schemas by name.
        fn of_words() -> Vec<(String, RefOr<Schema>)> {
            vec![$((stringify!($name).to_owned(), $name::schema())),+]
        }
    $(
        #[doc = $about]
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let values = moodline_types::$name::ALL.iter().map(|value| value.as_str());
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($about))
                    .enum_values(Some(values))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )+ };
}

words! {
    SentimentLabel: "The verdict on an opinion",
    Emotion: "Ekman's six basic emotions, and neutral",
    FlagStatus: "Where the triage of a flag stands",
    LayerState: "Whether a number of the curve may be read",
    AssignmentReason: "What placed an opinion",
    RunKind: "A step of the pipeline",
    RunStatus: "How a run stands",
    MentionOrder: "The order of rows",
    AlertKind: "What is out of the ordinary",
    AlertTier: "How loud an alert is",
    AlertStatus: "What people have done about an alert",
    Metric: "What a survey asks",
    ThemeKind: "What the opinions of a theme have in common besides their words",
    Scope: "What a token allows; each allows what those before it do",
}

macro_rules! ids {
    ($($name:ident: $about:literal, $pattern:literal, $example:literal);+ $(;)?) => {
        /// Their schemas by name.
        fn of_ids() -> Vec<(String, RefOr<Schema>)> {
            vec![$((stringify!($name).to_owned(), $name::schema())),+]
        }
    $(
        #[doc = $about]
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($about))
                    .pattern(Some($pattern))
                    .examples([$example])
                    .into()
            }
        }

        impl ToSchema for $name {}
    )+ };
}

ids! {
    MapId: "Name of a map", "^[a-z0-9][a-z0-9-]{0,39}$", "online-bank";
    StageId: "Name of a stage in its map", "^[a-z0-9][a-z0-9-]{0,39}$", "use";
    TouchpointId: "Name of a touchpoint in its map", "^[a-z0-9][a-z0-9-]{0,59}$", "transfers";
    PersonaId: "Name of a persona in its map", "^[a-z0-9][a-z0-9-]{0,39}$", "student";
    SourceId: "Name of a source", "^[a-z0-9][a-z0-9-]{0,39}$", "app-reviews";
    PageCursor: "Where a page ended", "^0001[0-9a-f]{64}$", "00013fed70a3d70a3d71000000000000001100000000000000020000019ec1e7c47b";
    FlagCursor: "Where a page of flags ended", "^[0-9a-f]{9,24}$", "3f7d2d8c86";
    TokenName: "Name of a token", "^[a-z0-9][a-z0-9-]{0,39}$", "dashboard";
}

/// The schemas of this module by name: parameters refer to them, and their derive registers none.
pub(crate) fn schemas() -> Vec<(String, RefOr<Schema>)> {
    let words = [("Words".to_owned(), Words::schema())];
    of_words().into_iter().chain(of_ids()).chain(words).collect()
}

/// Words of a person: 1 to 500 characters.
#[derive(Debug)]
pub struct Words;

impl PartialSchema for Words {
    fn schema() -> RefOr<Schema> {
        let most = Some(crate::extract::MOST_WORDS);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(most)
            .pattern(Some("^[^\\u0000]+$"))
            .into()
    }
}

impl ToSchema for Words {}
