"""Reads the labelled sets: what each is used for, what is held out, and how its labels map to ours.

`DATA/<set>/train.jsonl.gz` (and `dev.jsonl.gz` where there is one) hold one object a line: `text`, `label`, `lang`,
optional `aspects` [{category, polarity}] and extras. A set without a dev file gives up the tenth that
`tokens.in_dev` picks. Whatever the set, a text that any dev split holds is never trained on.
"""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

from encoder import EMOTION, SENTIMENT
from tokens import in_dev, normal

# Licences keep these out of training; germeval2017_db is left out by choice, as an unseen domain.
NEVER_TRAINED = {
    "cfpb_small", "harilight_complaints_SYNTH", "jrte_hotel_pn", "maalej_app_reviews", "semeval14_restaurants",
    "semeval16_en", "semeval16_nl", "twitter_us_airline", "tyqiangz_amazon_ja_zh", "uit_visfd", "germeval2017_db",
}

# Share of each set in the sentiment batches (relative).
SENTIMENT_SETS = {
    "shopping_zh": 17, "takeaway_zh": 6, "hotel_zh": 7, "chnsenticorp": 13, "eprstmt": 0.5, "openrice_yue": 4,
    "chinese_apc_products": 3, "chinese_zhang_restaurant": 3, "diaasq_zh_utt": 2, "zhijiang_ecom_opinions": 1.5,
    "semeval16_zh": 2, "asqp_zh_foodbeverage": 2, "bdci_car2018": 1,
    "umsab_tweets": 20, "semeval2017_tweets": 14, "sst2": 17, "brand_product_tweets": 2, "vu_app_reviews": 2,
    "asqp_en_phone": 1.5, "oats_absa_sent": 2, "memd_absa": 3, "mams_acsa": 1,
    "m_absa": 9, "indonlu_smsa": 1.5, "prdect_id": 0.5, "nsmc_sample": 1.5, "wisesight_th": 3,
}
# Labels that have nothing to do with their texts: the Hindi tweets, half of them in English, carry "great movie" as negative and "4 o'clock" as
# positive; a model that learned from them for an hour still agreed with 38 % of the very labels it had seen.
UNLEARNABLE = {("umsab_tweets", "hi")}
# Sets whose neighbouring rows come from one review: joined, they are clauses in their real context.
CONSECUTIVE_SETS = ["semeval16_zh", "oats_absa_sent", "m_absa"]
EMOTION_SETS = {"goemotions": 50, "smp2020_ewect": 36, "kote": 8, "prdect_id": 6}
TOUCHPOINT_SETS = {
    "asqp_zh_foodbeverage": 18, "asqp_en_phone": 14, "m_absa": 16, "memd_absa": 8, "oats_absa_sent": 7,
    "zhijiang_ecom_opinions": 6, "mams_acsa": 4, "semeval16_zh": 3, "bdci_car2018": 4, "aichallenger2018_sample": 3,
    "banking77": 10, "bitext_cs_8k": 5, "multidogo_intents": 7, "indonlu_hoasa_hotel": 2, "indonlu_casa_car": 1,
    "oats_absa_review": 2,
}
# Sets in which a sentence without a label carries no opinion (elsewhere an empty label is often an omission).
SILENT_IS_NEUTRAL = {"semeval16_zh"}
# Sets labelled without a neutral class.
TWO_WAY_SETS = {"shopping_zh", "takeaway_zh", "hotel_zh", "chnsenticorp", "eprstmt", "sst2", "nsmc_sample", "prdect_id"}
LONG_SETS = {"openrice_yue": 192, "chnsenticorp": 200, "hotel_zh": 224, "aichallenger2018_sample": 160, "oats_absa_review": 128}

SMP = {"happy": "joy", "angry": "anger", "sad": "sadness", "fear": "fear", "surprise": "surprise", "neutral": "neutral"}
PRDECT = {"happy": "joy", "love": "joy", "anger": "anger", "sadness": "sadness", "fear": "fear"}
KOTE = {
    "joy": "기대감 감동/감탄 즐거움/신남 기쁨 환영/호의 안심/신뢰 행복 아껴주는 고마움 뿌듯함 흐뭇함(귀여움/예쁨) 존경 편안/쾌적",
    "anger": "불평/불만 짜증 화남/분노 증오/혐오 지긋지긋",
    "sadness": "안타까움/실망 불쌍함/연민 슬픔 힘듦/지침 절망 서러움 패배/자기혐오 죄책감",
    "fear": "불안/걱정 공포/무서움",
    "surprise": "놀람 경악 당황/난처 신기함/관심 어이없음 깨달음",
    "disgust": "역겨움/징그러움 증오/혐오 한심함",
    "neutral": "없음",
}
KOTE_OF = {name: [e for e, names in KOTE.items() if name in names.split()] for names in KOTE.values() for name in names.split()}


@dataclass
class Text:
    """One labelled text. `sentiment` is an index or None; `emotion` holds 7 values, None where the set cannot say."""

    text: str
    lang: str
    set: str
    sentiment: int | None = None
    emotion: list[float | None] | None = None
    categories: list[str] = field(default_factory=list)
    domain: str | None = None
    at: int = 0  # place in the file: neighbours share a review


def rows(data: Path, name: str, split: str) -> list[dict]:
    found = []
    for path in sorted((data / name).glob(f"*{split}.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found += [json.loads(line) for line in lines]
    return found


def has_dev(data: Path, name: str) -> bool:
    return any((data / name).glob("*dev.jsonl.gz"))


def read(data: Path, name: str, split: str) -> list[Text]:
    """The texts of `split` (`train` or `dev`), by the set's own files or by the hash rule."""
    if has_dev(data, name):
        found = rows(data, name, split)
    else:
        found = [r for r in rows(data, name, "train") if in_dev(r["text"]) == (split == "dev")]
    return [t for i, r in enumerate(found) if (t := to_text(name, r, i)).text.strip()]


def to_text(name: str, row: dict, at: int) -> Text:
    text = Text(row["text"], row["lang"], name, domain=row.get("domain"), at=at)
    label = row.get("label")
    if isinstance(label, str) and label in SENTIMENT:
        text.sentiment = SENTIMENT.index(label)
    elif label == "question" or (label is None and name in SILENT_IS_NEUTRAL):
        text.sentiment = 1
    text.emotion = emotion(name, row)
    if name in ("banking77", "bitext_cs_8k", "multidogo_intents"):
        text.categories = [label]
    elif row.get("aspects"):
        text.categories = sorted({a["category"] for a in row["aspects"] if not a["category"].startswith("polarity ")})
    return text


def emotion(name: str, row: dict) -> list[float | None] | None:
    if name == "goemotions":
        here, known = set(row["ekman"]), set(EMOTION)
    elif name == "smp2020_ewect":
        here, known = {SMP[row["label"]]}, set(SMP.values())
    elif name == "prdect_id":
        here, known = {PRDECT[row["emotion"]]}, set(PRDECT.values())
    elif name == "kote":
        here, known = {e for label in row["label"] for e in KOTE_OF.get(label, [])}, set(EMOTION)
    else:
        return None
    return [float(e in here) if e in known else None for e in EMOTION]


def dev_texts(data: Path) -> set[str]:
    """Normal forms of every text that is held out anywhere, evaluation-only sets included."""
    held = set()
    for folder in sorted(p for p in data.iterdir() if p.is_dir()):
        whole = folder.name in NEVER_TRAINED
        texts = rows(data, folder.name, "dev")
        texts += [r for r in rows(data, folder.name, "train")
                  if whole or (not has_dev(data, folder.name) and in_dev(r["text"]))]
        held |= {normal(r["text"]) for r in texts}
    return held


def training_texts(data: Path, names: set[str]) -> dict[str, list[Text]]:
    """Set → texts to learn from, without any held-out text."""
    clash = names & NEVER_TRAINED
    if clash:
        raise ValueError(f"evaluate-only sets in the training list: {sorted(clash)}")
    held = dev_texts(data)
    return {n: [t for t in read(data, n, "train") if (n, t.lang) not in UNLEARNABLE and normal(t.text) not in held] for n in sorted(names)}
