//! What the query costs in a large database: fills one, asks it, and prints how long the answers took.
//!
//! ```text
//! cargo bench -p moodline --bench query -- --database sqlite:/tmp/large.db --opinions 10000000
//! cargo bench -p moodline --bench query -- --database postgres://root@127.0.0.1/large --opinions 10000000
//! ```
//!
//! Without `--opinions` a database that was filled before is asked again. Ten million opinions take about 12 GB.

mod ask;
mod fill;

use std::sync::Arc;

use clap::Parser;
use moodline_store::Store;
use moodline_store_postgres::PostgresStore;
use moodline_store_sqlite::SqliteStore;

#[derive(Debug, Parser)]
struct Args {
    /// An empty database to fill, or one that was filled before
    #[arg(long)]
    database: String,
    /// Opinions to fill it with
    #[arg(long)]
    opinions: Option<u64>,
    /// How often each question is asked
    #[arg(long, default_value_t = 400)]
    runs: usize,
    /// What cargo says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() {
    let args = Args::parse();
    let store = open(&args.database).await;
    store.migrate().await.expect("the schema is brought up to date");
    if let Some(opinions) = args.opinions {
        // Filling changes how the file is written, which nobody else may have open.
        store.close().await;
        fill::fill(&args.database, opinions).await;
    }
    let store = open(&args.database).await;
    ask::all(store.as_ref(), args.runs).await;
    store.close().await;
}

async fn open(url: &str) -> Arc<dyn Store> {
    if url.starts_with("sqlite:") {
        Arc::new(SqliteStore::open(url).await.expect("the database opens"))
    } else {
        Arc::new(PostgresStore::open(url).await.expect("the database opens"))
    }
}
