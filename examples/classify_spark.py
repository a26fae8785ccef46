#!/usr/bin/env python3
"""Judges an archive of JSON Lines with Apache Spark: every partition is one `moodline classify` in a pipe.

Usage: spark-submit examples/classify_spark.py ARCHIVE OUT [--map FILE] [--moodline PATH] [--partitions N]

ARCHIVE is whatever Spark can read as lines (a file, a folder, s3a://…, hdfs://…), each `{"text": …, "id"?, "lang"?}`.
OUT gets the answers as JSON Lines, gzipped, one file per partition; a table of what was found goes to standard output.
The binary and its model (the folder `models` beside it, or `[model] path` of a settings file) have to be on every
worker: bake them into the image, or ship them with `--archives moodline.tar.gz#moodline` and name
`--moodline ./moodline/bin/moodline`. Nothing else is shared: no database, no state, so a partition that is lost is
judged again and gives the same answers.

Spark without a cluster: `pip install pyspark` and a Java runtime (17 or newer for Spark 4).
"""
import argparse, json, os, shlex

from pyspark.sql import SparkSession, functions as F

arguments = argparse.ArgumentParser()
arguments.add_argument("archive")
arguments.add_argument("out")
arguments.add_argument("--map", help="place the opinions on this journey map")
arguments.add_argument("--moodline", default="moodline", help="the binary on the workers")
arguments.add_argument("--partitions", type=int, help="pipes in all; a few per core keep all cores busy to the end")
arguments = arguments.parse_args()

spark = SparkSession.builder.appName("moodline classify").getOrCreate()
lines = spark.sparkContext.textFile(arguments.archive, minPartitions=arguments.partitions or 2)
if arguments.partitions:
    lines = lines.repartition(arguments.partitions)
command = [arguments.moodline, "--quiet", "classify"]
if arguments.map:
    command += ["--map", os.path.abspath(arguments.map)]
# A line that cannot be read is answered with an `error` in its place and makes the exit status 1 at the end: the answers
# are all there, so the status is looked at through them and not here. A pipe that breaks gives too few answers.
answers = lines.pipe(shlex.join(command)).cache()
asked, answered = lines.filter(lambda line: line.strip()).count(), answers.count()
if asked != answered:
    raise SystemExit(f"{asked} lines were asked and {answered} answered: look at the workers' standard error")
answers.saveAsTextFile(arguments.out, "org.apache.hadoop.io.compress.GzipCodec")

frame = spark.read.json(answers)
if "error" in frame.columns:
    print(f"{frame.filter('error IS NOT NULL').count()} lines could not be read; their answers say why")
frame = frame.filter("sentiment IS NOT NULL")
frame.groupBy("lang", "sentiment.label").count().orderBy(F.desc("count")).show(20, truncate=False)
if arguments.map:
    opinions = frame.select(F.explode("opinions").alias("o"))
    placed = opinions.groupBy(F.coalesce("o.assignment.touchpoint", F.lit("(unassigned)")).alias("touchpoint"))
    labels = ["negative", "neutral", "positive"]
    counts = [F.count(F.when(F.col("o.sentiment.label") == label, True)).alias(label) for label in labels]
    placed.agg(*counts).orderBy(F.desc("negative")).show(30, truncate=False)
spark.stop()
