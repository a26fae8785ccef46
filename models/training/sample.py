"""Draws training batches of four kinds.

whole: one text, one sentiment.           joined: two to four texts in one input, each span with its own sentiment.
emotion: one text, seven yes/no answers.  touchpoint: texts against descriptions of categories of the same set.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import opencc
import torch

import descriptions
import narrative
from encoder import EMOTION
from sets import (CONSECUTIVE_SETS, EMOTION_SETS, LONG_SETS, NEVER_TRAINED, SENTIMENT_SETS, TOUCHPOINT_SETS, TWO_WAY_SETS, Text,
                  training_texts)
from tokens import Tokens, batch

NARRATED, NARRATED_PART, NARRATED_TOUCHPOINT = 0.08, 0.12, 0.14  # shares of whole texts, of joined parts, of touchpoint batches that `narrative.py` makes
CHAINED = 0.15  # share of the joined inputs that are chains of accounts
RARE_EMOTION = 0.3  # share of the goemotions texts drawn among those with a rare emotion
LIMIT = 96  # tokens per text in training, longer in LONG_SETS
JOINED_LIMIT = 128
TOKENS_PER_BATCH = 1600
TEXTS_PER_BATCH = 40
TRADITIONAL = 0.15  # share of Simplified texts turned into Traditional script
# Everyday talk. Not tweets to companies, even neutral ones: what pushes those away blurs real complaints, too.
OFF_TOPIC_SETS = ["smp2020_ewect", "goemotions"]

# What stands between joined texts; the second part of each pair belongs to the following span.
BETWEEN = {
    "zh": [("，", ""), ("，", "但是"), ("，", "不过"), ("。", ""), ("，", "就是"), ("；", ""), (" ", ""), ("，", "而且"), ("，", "可是")],
    "ja": [("。", ""), ("、", "でも"), ("が、", ""), ("。", "しかし"), ("。", "ただ、"), ("。", "また、"), ("", "けど、")],
    "es": [(". ", ""), (", ", "pero "), (". ", "Pero "), (", ", "y "), (", ", "aunque "), ("; ", "")],
    "en": [(". ", ""), (", ", "but "), (". ", "But "), (", ", "and "), (", ", "although "), ("; ", ""), (". ", "However, ")],
    "": [(". ", ""), (", ", ""), (" ", "")],
}


@dataclass
class Part:
    """Inputs of similar length that go through the encoder together."""

    ids: torch.Tensor
    mask: torch.Tensor
    spans: torch.Tensor  # [n, 3] row, first token, one past the last


@dataclass
class Batch:
    """Span vectors come out part after part; `order` puts them into the order of the labels."""

    kind: str
    parts: list[Part]
    order: torch.Tensor | None = None
    sentiment: torch.Tensor | None = None  # [n], -1 = none, 0-2 three-way, 3-5 = 0-2 from a set without neutrals
    emotion: torch.Tensor | None = None  # [n, 7], nan = unknown
    gold: torch.Tensor | None = None  # [texts, descriptions]; the texts' spans come first
    off_topic: int = 0  # how many of the text rows, the last ones, fit no description

    def tokens(self) -> int:
        return sum(p.ids.numel() for p in self.parts)


def answer(t: Text) -> int:
    if t.sentiment is None:
        return -1
    return t.sentiment + 3 * (t.set in TWO_WAY_SETS)


class Deck:
    """Deals its cards in random order, and shuffles anew when through."""

    def __init__(self, cards: list, dice: random.Random):
        self.cards, self.dice, self.at = list(cards), dice, len(cards)

    def deal(self):
        if self.at >= len(self.cards):
            self.dice.shuffle(self.cards)
            self.at = 0
        self.at += 1
        return self.cards[self.at - 1]


class Sampler:
    """Endless batches; the same seed gives the same batches."""

    def __init__(self, data: Path, tokens: Tokens, seed: int):
        self.dice, self.tokens = random.Random(seed), tokens
        self.to_traditional = [opencc.OpenCC(c) for c in ("s2twp", "s2hk", "s2tw")]
        wanted = set(SENTIMENT_SETS) | set(EMOTION_SETS) | set(TOUCHPOINT_SETS)
        texts = training_texts(data, wanted)
        self.texts = texts
        self.sentiment = {n: self.balanced(texts[n]) for n in SENTIMENT_SETS}
        self.emotion = {n: Deck([t for t in texts[n] if t.emotion], self.dice) for n in EMOTION_SETS}
        rare = [EMOTION.index(e) for e in ("sadness", "fear", "surprise", "disgust")]
        self.rare = Deck([t for t in texts["goemotions"] if any(t.emotion[e] == 1.0 for e in rare)], self.dice)
        self.mapping = json.loads((data / "touchpoint_map.json").read_text(encoding="utf-8"))["map"]
        self.by_category: dict[str, dict[str, Deck]] = {}
        self.category_weight: dict[str, list[float]] = {}
        for name in TOUCHPOINT_SETS:
            self.index_categories(name)
        self.neighbours = {n: self.chains(texts[n]) for n in CONSECUTIVE_SETS}
        self.off_topic = {n: Deck([t for t in texts[n] if self.is_off_topic(t)], self.dice) for n in OFF_TOPIC_SETS}
        self.short = defaultdict(list)
        for name in SENTIMENT_SETS:
            for t in texts[name]:
                if t.sentiment is not None and len(t.text) <= (40 if t.lang[:2] in ("zh", "ja", "ko", "th") else 120):
                    self.short[t.lang[:2]].append(t)
        self.short_decks = {lang: [Deck([t for t in found if t.sentiment == s], self.dice) for s in range(3)]
                            for lang, found in self.short.items() if all(any(t.sentiment == s for t in found) for s in range(3))}
        self.short_weight = {lang: {"zh": 40, "en": 25, "es": 9, "ja": 9}.get(lang, 2) for lang in self.short_decks}
        self.waiting: dict[str, list[Batch]] = defaultdict(list)

    def balanced(self, texts: list[Text]) -> list[Deck]:
        """A deck for each (language, sentiment), large ones dealt in more often (square root of their size)."""
        groups = defaultdict(list)
        for t in texts:
            if t.sentiment is not None:
                groups[t.lang, t.sentiment].append(t)
        decks = [Deck(g, self.dice) for g in groups.values()]
        favoured = {"es": 2.0, "ja": 2.0, "en": 1.3, "zh-Hans": 1.3}
        for deck in decks:
            deck.weight = len(deck.cards) ** 0.6 * favoured.get(deck.cards[0].lang, 1.0)
        return decks

    @staticmethod
    def is_off_topic(t: Text) -> bool:
        return t.set != "goemotions" or t.emotion[-1] == 1.0

    def index_categories(self, name: str) -> None:
        groups = defaultdict(list)
        for t in self.texts[name]:
            for c in t.categories:
                groups[c].append(t)
        groups = {c: g for c, g in groups.items() if len(g) >= 3}
        self.by_category[name] = {c: Deck(g, self.dice) for c, g in groups.items()}
        self.category_weight[name] = [len(g) ** 0.6 for g in groups.values()]

    def chains(self, texts: list[Text]) -> list[list[Text]]:
        """Runs of neighbouring rows of one language and, most likely, one review."""
        runs, run = [], []
        for t in texts:
            if run and (t.lang != run[-1].lang or t.at != run[-1].at + 1 or len(run) == 4 or self.dice.random() < 0.2):
                runs.append(run)
                run = []
            run.append(t)
        runs.append(run)
        return [r for r in runs if len(r) >= 2 and any(t.sentiment in (0, 2) for t in r)]

    def script(self, text: str, lang: str) -> str:
        if lang == "zh-Hans" and self.dice.random() < TRADITIONAL:
            return self.dice.choice(self.to_traditional).convert(text)
        return text

    def draw(self, decks: dict[str, int]) -> str:
        return self.dice.choices(list(decks), list(decks.values()))[0]

    def cut(self, t: Text) -> str:
        """The text, or of a very long one its beginning or its end."""
        room = LONG_SETS.get(t.set, LIMIT) * (2 if t.lang[:2] in ("zh", "ja", "yu", "th", "ko") else 5)
        text = t.text if len(t.text) <= room else (t.text[:room] if self.dice.random() < 0.5 else t.text[-room:])
        return self.script(text, t.lang)

    # ---- the four kinds ----

    def next(self, kind: str) -> Batch:
        if kind == "touchpoint":
            return self.touchpoint()
        if not self.waiting[kind]:
            self.fill(kind)
        return self.waiting[kind].pop()

    def fill(self, kind: str) -> None:
        """Draws many inputs, sorts them by length, and cuts them into batches of about equal work."""
        inputs = [getattr(self, f"one_{kind}")() for _ in range(640)]
        encoded = self.tokens.encode([i[0] for i in inputs], [i[1] for i in inputs], limit=JOINED_LIMIT if kind == "joined" else 232)
        order = sorted(range(len(inputs)), key=lambda i: len(encoded[i][0]))
        at = 0
        while at < len(order):
            end = at + 1
            while end < len(order) and end - at < TEXTS_PER_BATCH and len(encoded[order[end]][0]) * (end - at + 1) <= TOKENS_PER_BATCH:
                end += 1
            self.waiting[kind].append(self.pack(kind, [inputs[i] for i in order[at:end]], [encoded[i] for i in order[at:end]]))
            at = end
        self.dice.shuffle(self.waiting[kind])

    def pack(self, kind: str, inputs: list, encoded: list) -> Batch:
        ids, mask = batch([e[0] for e in encoded])
        spans, labels = [], []
        for row, (one, (_, found)) in enumerate(zip(inputs, encoded)):
            for label, (first, end) in zip(one[2], found):
                if end > first:
                    spans.append((row, first, end))
                    labels.append(label)
        out = Batch(kind, [Part(ids, mask, torch.tensor(spans))])
        if kind == "emotion":
            out.emotion = torch.tensor([[float("nan") if v is None else v for v in e] for e in labels])
        else:
            out.sentiment = torch.tensor(labels)
        return out

    def one_whole(self) -> tuple[str, list, list]:
        if self.dice.random() < NARRATED:
            t = narrative.account(self.dice)
            if t.sentiment == 1 and self.dice.random() < 0.5:
                t = narrative.plain(self.dice, t.lang[:2])
        else:
            decks = self.sentiment[self.draw(SENTIMENT_SETS)]
            t = self.dice.choices(decks, [d.weight for d in decks])[0].deal()
        text = self.cut(t)
        return text, [(0, len(text))], [answer(t)]

    def one_emotion(self) -> tuple[str, list, list]:
        name = self.draw(EMOTION_SETS)
        t = (self.rare if name == "goemotions" and self.dice.random() < RARE_EMOTION else self.emotion[name]).deal()
        text = self.cut(t)
        return text, [(0, len(text))], [t.emotion]

    def short_text(self, lang: str, mood: int) -> Text:
        if lang in narrative.LANGUAGES and self.dice.random() < NARRATED_PART:
            return narrative.account(self.dice, mood=mood, lang=lang)
        return self.short_decks[lang][mood].deal()

    def one_joined(self) -> tuple[str, list, list]:
        if self.dice.random() < CHAINED:
            parts = narrative.chain(self.dice)
            between = [self.dice.choice([b for b in BETWEEN[parts[0].lang[:2]] if not b[1] and b[0].strip() in "。，.,"]) for _ in parts]
        elif self.dice.random() < 0.35:
            parts = self.dice.choice(self.neighbours[self.dice.choice(CONSECUTIVE_SETS)])
            between = [("" if p.lang[:2] in ("zh", "ja") else " ", "") for p in parts]
        else:
            lang = self.draw(self.short_weight)
            count = self.dice.choices([2, 3, 4], [6, 3, 1])[0]
            moods = [self.dice.choices([0, 1, 2], [4, 2, 4])[0] for _ in range(count)]
            if count == 2 and self.dice.random() < 0.6:
                moods = self.dice.sample([0, 2], 2)
            parts = [self.short_text(lang, m) for m in moods]
            between = [self.dice.choice(BETWEEN.get(lang, BETWEEN[""])) for _ in parts]
        text, spans, labels = "", [], []
        for i, (t, (stop, start)) in enumerate(zip(parts, between)):
            body = t.text.strip()
            if i + 1 < len(parts) and stop.strip():
                body = body.rstrip("。.，,、！!；; ")
            opening = between[i - 1][1] if i else ""
            first = len(text)
            text += opening + body
            spans.append((first, len(text)))
            labels.append(answer(t))
            text += stop if i + 1 < len(parts) else ""
        if parts[0].lang == "zh-Hans" and self.dice.random() < TRADITIONAL:
            other = self.to_traditional[2].convert(text)
            text = other if len(other) == len(text) else text
        return text, spans, labels

    def touchpoint(self) -> Batch:
        """Texts of one set against its own categories or, where mapped, against the general touchpoints."""
        if self.dice.random() < NARRATED_TOUCHPOINT:
            topics = list(narrative.OUTCOMES)
            return self.against_descriptions([narrative.account(self.dice, social=True) for _ in range(40)], None,
                                             set(self.dice.sample(topics, self.dice.randint(8, len(topics)))), narrative.describe)
        name = self.draw(TOUCHPOINT_SETS)
        mapping = self.mapping.get(name, {})
        decks = self.by_category[name]
        as_general = bool(mapping) and self.dice.random() < 0.45
        names, weights = list(decks), self.category_weight[name]
        if as_general:
            sizes = Counter()
            for c, w in zip(names, weights):
                sizes[mapping.get(c, "other")] += w
            weights = [w / max(1.0, sizes[mapping.get(c, "other")]) ** 0.5 for c, w in zip(names, weights)]
        texts = [decks[c].deal() for c in self.dice.choices(names, weights, k=28 if name in LONG_SETS else 40)]
        if as_general:
            labels = [{mapping.get(c, "other") for c in t.categories} for t in texts]
            shown = set(descriptions.GENERAL)
            if self.dice.random() < 0.5:  # any map has some of them only
                shown = set().union(*labels) | set(self.dice.sample(sorted(shown), 5))
            describe = descriptions.general
        else:
            labels = [set(t.categories) for t in texts]
            shown = set().union(*labels)
            shown |= set(self.dice.sample(names, min(len(names), 8)))
            describe = descriptions.category
        return self.against_descriptions(texts, labels, shown, describe, LONG_SETS.get(name, LIMIT + 32))

    def against_descriptions(self, texts: list[Text], labels: list[set[str]] | None, shown: set[str], describe: Callable[[str, random.Random], str],
                             limit: int = LIMIT + 32) -> Batch:
        """`labels` None: the texts' own categories, all of them shown."""
        if labels is None:
            labels = [set(t.categories) for t in texts]
            shown = shown.union(*labels)
        off_name = self.dice.choice(OFF_TOPIC_SETS)
        off = [self.off_topic[off_name].deal() for _ in range(6)] if self.dice.random() < 0.3 else []
        columns = sorted(shown)
        bodies, spans = [self.cut(t) for t in texts + off], []
        if self.dice.random() < 0.4:  # some texts get a neighbour of another category: clauses of one mention
            for i in range(0, len(texts) - 1, 2):
                both = bodies[i], bodies[i + 1]
                if texts[i].lang == texts[i + 1].lang and len(both[0]) + len(both[1]) < 160:
                    stop, start = self.dice.choice(BETWEEN.get(texts[i].lang[:2], BETWEEN[""]))
                    joined = both[0] + stop + start + both[1]
                    bodies[i] = bodies[i + 1] = joined
                    spans += [(i, 0, len(both[0])), (i + 1, len(both[0]) + len(stop), len(joined))]
        found = {i: (a, b) for i, a, b in spans}
        said = []
        for c in columns:
            said.append(self.script(describe(c, self.dice), "zh-Hans"))
        rows = bodies + said
        ranges = [[found.get(i, (0, len(r)))] for i, r in enumerate(rows)]
        encoded = self.tokens.encode(rows, ranges, limit=limit)
        gold = torch.zeros(len(texts), len(columns))
        for i, here in enumerate(labels):
            for c in here & shown:
                gold[i, columns.index(c)] = 1
        parts, order = self.by_length(encoded)
        return Batch("touchpoint", parts, order, gold=gold, off_topic=len(off))

    @staticmethod
    def by_length(encoded: list) -> tuple[list[Part], torch.Tensor]:
        """Splits inputs of one span each into parts of similar length, so that short ones carry little padding."""
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i][0]))
        parts, at = [], 0
        while at < len(order):
            least = len(encoded[order[at]][0])
            end = at + 1
            while end < len(order) and (end - at < 8 or len(encoded[order[end]][0]) <= 1.4 * least + 4):
                end += 1
            some = [encoded[i] for i in order[at:end]]
            ids, mask = batch([e[0] for e in some])
            parts.append(Part(ids, mask, torch.tensor([(r, *e[1][0]) for r, e in enumerate(some)])))
            at = end
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return parts, back


assert not (set(SENTIMENT_SETS) | set(EMOTION_SETS) | set(TOUCHPOINT_SETS)) & NEVER_TRAINED
