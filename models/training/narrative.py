"""Makes short accounts of what happened to a customer, good, bad or neither, without words of praise or blame.

Labelled sets are full of such words, so a model that learned from them alone takes a bare account for a complaint. The
phrases are our own (`narrative_words.py`); an opening goes with outcomes of each mood.
"""

import random
import re
from functools import cache

from narrative_words import DESCRIPTIONS, FRAMES, OUTCOMES, PLAIN, SLOTS
from sets import Text

NAME = "narrative"
LANGUAGES = {"zh": 40, "en": 30, "ja": 16, "es": 14}
MOODS = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2]  # indices of SENTIMENT
FRAMED = 0.2  # share with something before, and with something after
HANDLES = ["northshop", "Halden_Help", "tryOrba", "minaricare", "CasaLuz", "asktova", "云杉商城", "user"]
TAGS = {"zh": "zh-Hans", "en": "en", "ja": "ja", "es": "es"}


@cache
def phrases(topic: str, lang: str) -> tuple[list[str], list[list[str]]]:
    """Openings, and outcomes in the order of SENTIMENT."""
    openings, good, bad, neutral = (p.split("|") for p in OUTCOMES[topic][lang])
    return openings, [bad, neutral, good]


def filled(phrase: str, lang: str, dice: random.Random) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: dice.choice(SLOTS[lang][m[1]].split("|")), phrase)


def account(dice: random.Random, topic: str | None = None, mood: int | None = None, lang: str | None = None, social: bool = False) -> Text:
    """One account; what is not given is drawn. `social`: sometimes worded to a company, as in a post."""
    lang = lang or dice.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    topic = topic or dice.choice(list(OUTCOMES))
    mood = dice.choice(MOODS) if mood is None else mood
    openings, outcomes = phrases(topic, lang)
    said = [dice.choice(outcomes[mood])]
    if len(outcomes[mood]) > 1 and dice.random() < 0.3:
        said.append(dice.choice([o for o in outcomes[mood] if o != said[0]]))
    opening = dice.choice(openings) if dice.random() < 0.85 else ""
    comma = {"zh": "，", "ja": "、"}.get(lang, ", ")
    space = "" if lang in ("zh", "ja") or not opening else " "
    if lang == "zh" and opening and opening[-1] not in "，：" and dice.random() < 0.5:
        opening += "，"
    text = opening + space + comma.join(said)
    before, after = (frame.get(("bad", "neutral", "good")[mood], "").split("|") for frame in FRAMES[lang])
    if dice.random() < FRAMED:
        text = dice.choice(before) + (text[0].lower() + text[1:] if before[0] else text)
    if dice.random() < FRAMED:
        text = text.rstrip("?？") + dice.choice(after)
    text = filled(text, lang, dice)
    end = dice.choice(["。", "", "", "！"] if lang in ("zh", "ja") else [".", ".", "", "!"])
    text = text.rstrip("?？") + ("?" if text.endswith("?") else "？") if text.endswith(("?", "？")) else text + end
    if lang in ("en", "es"):
        text = text[0].upper() + text[1:]
        if dice.random() < 0.2:
            text = text.lower()
    if social and dice.random() < 0.3:
        text = f"@{dice.choice(HANDLES)} {text}"
    return Text(text, TAGS[lang], NAME, mood, categories=[topic])


def plain(dice: random.Random, lang: str) -> Text:
    """A question, plan or fact of no topic."""
    return Text(filled(dice.choice(PLAIN[lang].split("|")), lang, dice), TAGS[lang], NAME, 1)


def chain(dice: random.Random) -> list[Text]:
    """Two or three accounts of one topic, as one customer tells them: mostly of one mood, sometimes against each other, now and then
    with a plain remark first."""
    lang = dice.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    topic, mood = dice.choice(list(OUTCOMES)), dice.choice([0, 2, 2])
    moods = [mood] * dice.choice([2, 2, 3])
    if dice.random() < 0.35:
        moods[-1] = 2 - mood
    said = [account(dice, topic, m, lang) for m in moods]
    return [plain(dice, lang), *said[1:]] if dice.random() < 0.35 else said


def describe(topic: str, dice: random.Random) -> str:
    """One wording of a topic, in a language of its own."""
    return dice.choice(DESCRIPTIONS[topic][dice.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]])
