"""What is measured: held-out texts of each set, and descriptions for the touchpoint measurements."""

import hashlib
import json
import random
from dataclasses import dataclass
from pathlib import Path

import opencc

import descriptions
from sets import NEVER_TRAINED, TWO_WAY_SETS, Text, read, rows, to_text
from tokens import normal

# Set → at most how many texts calibration takes.
SENTIMENT = {
    "shopping_zh": 1500, "takeaway_zh": 1000, "hotel_zh": 600, "chnsenticorp": 1065, "eprstmt": 135, "openrice_yue": 200,
    "chinese_zhang_restaurant": 600, "semeval16_zh": 500, "sst2": 872, "semeval2017_tweets": 1500, "umsab_tweets": 2590,
    "brand_product_tweets": 500, "vu_app_reviews": 300, "memd_absa": 500, "m_absa": 2400, "indonlu_smsa": 500,
    "nsmc_sample": 600, "wisesight_th": 600,
}
# Never trained on, and no part of the calibration.
UNSEEN_SENTIMENT = ["jrte_hotel_pn", "tyqiangz_amazon_ja_zh", "twitter_us_airline", "semeval14_restaurants", "germeval2017_db",
                    "semeval16_nl", "uit_visfd"]
EMOTION = {"goemotions": 2500, "smp2020_ewect": 1974, "kote": 300, "prdect_id": 300}

# Never-trained label sets, two wordings each, written for this measurement.
UNSEEN_TOUCHPOINTS = {
    "semeval14_restaurants": {
        "food": ["The food and drinks: taste, freshness, portions, dishes and menu.", "菜品和酒水：味道、分量、新鲜度"],
        "service": ["Service: waiters, host, kitchen speed, how guests are treated.", "服务：服务员态度、上菜速度、接待"],
        "price": ["Price: bills, cheap or expensive, worth the money.", "价格：贵不贵、划不划算"],
        "ambience": ["Ambience: decor, music, seating, noise, atmosphere of the place.", "环境：装修、音乐、座位、氛围"],
        "anecdotes/miscellaneous": ["Other remarks: stories, the visit in general, who came and when, recommending the restaurant.", "其他：用餐经历、整体感受、是否推荐"]},
    "twitter_us_airline": {
        "Bad Flight": ["The flight itself: seats, wifi, entertainment, food and comfort on board.", "机上体验：座位、网络、娱乐、餐食"],
        "Late Flight": ["Late flight: delays, waiting on the tarmac, missed connections.", "航班延误：晚点、在机上久等、错过转机"],
        "Cancelled Flight": ["Cancelled flight: the flight was cancelled, rebooking onto another one.", "航班取消：被取消、改签"],
        "Customer Service Issue": ["Customer service: no answer, on hold for hours, rude or unhelpful agents.", "客服问题：电话打不通、不回复、态度差"],
        "Flight Booking Problems": ["Booking problems: website, reservation, payment, changing tickets, points.", "订票问题：网站出错、预订、付款、改票"],
        "Flight Attendant Complaints": ["Flight attendants and crew: rude or careless behaviour on board.", "空乘人员：机组态度差"],
        "Lost Luggage": ["Lost luggage: bags missing or arriving late.", "行李丢失：行李没到、找不到"],
        "Damaged Luggage": ["Damaged luggage: bag broken or items ruined.", "行李损坏：箱子坏了"],
        "longlines": ["Long lines: queues at check-in, gate or counter.", "排长队：值机、登机口排队"]},
    "germeval2017_db": {
        "Allgemein": ["The railway in general, no particular point.", "对铁路的总体看法"],
        "Zugfahrt": ["The train ride: punctuality, delays, connections, route network, travel time.", "列车运行：准点、晚点、换乘、线路"],
        "Sonstige_Unregelmässigkeiten": ["Disruptions: strikes, line closures, cancelled trains, accidents.", "运营中断：罢工、停运、封线、事故"],
        "Ticketkauf": ["Buying tickets: prices, fares, discount cards, ticket machines.", "购票：票价、优惠卡、售票机"],
        "Sicherheit": ["Safety: crime, violence, police, danger on trains and in stations.", "安全：犯罪、暴力、警察"],
        "Atmosphäre": ["Atmosphere on the train: temperature, noise, smell, cleanliness.", "车内环境：温度、噪音、气味、卫生"],
        "Informationen": ["Information: announcements, displays, timetable notices.", "信息：广播、显示屏、时刻通知"],
        "Auslastung_und_Platzangebot": ["Crowding: full trains, no seats.", "拥挤：车厢满、没座位"],
        "Service_und_Kundenbetreuung": ["Service: staff, conductors, customer care.", "服务：乘务员、客服"],
        "DB_App_und_Website": ["App and website of the railway.", "铁路的应用和网站"],
        "Connectivity": ["Wifi, internet and phone reception on the train.", "车上无线网络和信号"],
        "Komfort_und_Ausstattung": ["Comfort: seats, sockets, reservations.", "舒适度：座椅、插座、订座"],
        "Barrierefreiheit": ["Access for disabled people: lifts, wheelchairs, help.", "无障碍：电梯、轮椅"]},
}


@dataclass
class DevSet:
    name: str
    texts: list[Text]
    two_way: bool = False


def some(texts: list[Text], most: int) -> list[Text]:
    """A fixed choice of at most `most` texts, by hash."""
    return sorted(texts, key=lambda t: hashlib.sha256(("choice:" + t.text).encode()).digest())[:most]


def in_first_half(text: str) -> bool:
    """The half of the dev texts that calibration is fitted on; figures come from the other."""
    return hashlib.sha256(("half:" + normal(text)).encode()).digest()[0] % 2 == 0


def held_out(data: Path, name: str) -> list[Text]:
    if name in NEVER_TRAINED:
        found = rows(data, name, "dev") or rows(data, name, "train")
        return [t for i, r in enumerate(found) if (t := to_text(name, r, i)).text.strip()]
    return read(data, name, "dev")


def traditional(texts: list[Text]) -> list[Text]:
    """The same in the Traditional script of Taiwan."""
    convert = opencc.OpenCC("s2twp").convert
    return [Text(convert(t.text), "zh-Hant", t.set, t.sentiment) for t in texts]


def sentiment_sets(data: Path, share: float = 1.0) -> list[DevSet]:
    """What calibration takes. Sets of several languages come apart by language."""
    out = []
    for name, most in SENTIMENT.items():
        texts = [t for t in held_out(data, name) if t.sentiment is not None]
        langs = sorted({t.lang for t in texts})
        for lang in langs:
            here = some([t for t in texts if t.lang == lang], max(20, int(share * most / len(langs))))
            out.append(DevSet(f"{name}/{lang}" if len(langs) > 1 else name, here, name in TWO_WAY_SETS))
    shopping = next(s for s in out if s.name == "shopping_zh").texts[: int(400 * share)]
    out.append(DevSet("shopping_zh in Traditional script", traditional(shopping), True))
    return out


def joined_clauses(data: Path, lang: str, count: int, seed: int = 7) -> tuple[list[str], list[list[tuple[int, int]]], list[int]]:
    """Two short held-out texts of opposite mood in one input, with a contrast between them; each span has its label."""
    dice = random.Random(seed)
    names = {"zh": ["shopping_zh", "takeaway_zh", "chinese_zhang_restaurant"], "en": ["memd_absa", "m_absa", "sst2"], "ja": ["m_absa"], "es": ["m_absa"]}[lang]
    word = {"zh": ["，但是", "，不过", "，可是"], "en": [", but ", ". However, "], "ja": ["、でも", "。しかし"], "es": [", pero "]}[lang]
    short = [t for n in names for t in held_out(data, n) if t.lang[:2] == lang and t.sentiment in (0, 2)
             and 4 <= len(t.text) <= (40 if lang in ("zh", "ja") else 100)]
    good, bad = ([t.text.strip() for t in short if t.sentiment == s] for s in (2, 0))
    texts, spans, labels = [], [], []
    for _ in range(count):
        pair = [(dice.choice(good), 2), (dice.choice(bad), 0)]
        dice.shuffle(pair)
        first = pair[0][0].rstrip("。.，,、！!；; ")
        text = first + dice.choice(word)
        cut = len(text)
        text += pair[1][0]
        texts.append(text)
        spans.append([(0, len(first)), (cut, len(text))])
        labels += [pair[0][1], pair[1][1]]
    return texts, spans, labels


@dataclass
class TouchpointSet:
    name: str
    texts: list[Text]
    gold: list[set[str]]
    wordings: dict[str, list[str]]
    unseen: bool


def touchpoint_sets(data: Path, share: float = 1.0) -> list[TouchpointSet]:
    mapping = json.loads((data / "touchpoint_map.json").read_text(encoding="utf-8"))["map"]
    out = []
    for name, most in {"asqp_zh_foodbeverage": 1403, "asqp_en_phone": 546}.items():
        texts = some([t for t in held_out(data, name) if t.categories], int(most * share))
        gold = [{mapping[name][c] for c in t.categories} for t in texts]
        labels = sorted(set(mapping[name].values()))
        wordings = {k: [descriptions.GENERAL[k][lang][0] for lang in ("en", "zh")] for k in labels}
        out.append(TouchpointSet(name, texts, gold, wordings, False))
    for name, wordings in UNSEEN_TOUCHPOINTS.items():
        texts = [t for t in held_out(data, name)]
        for t in texts:
            t.categories = sorted({c.split("#")[0] if name == "germeval2017_db" else c for c in t.categories} & set(wordings))
        texts = some([t for t in texts if t.categories], int(800 * share))
        out.append(TouchpointSet(name, texts, [set(t.categories) for t in texts], wordings, True))
    return out


def off_topic(data: Path, most: int = 600) -> list[str]:
    """Held-out texts in which no customer speaks of a product or service: everyday posts."""
    texts = [t for t in held_out(data, "goemotions") if t.emotion[-1] == 1.0]
    texts += [t for t in held_out(data, "smp2020_ewect")]
    texts += [t for t in held_out(data, "semeval2017_tweets") if t.sentiment == 1]
    return [t.text for t in some(texts, most)]
