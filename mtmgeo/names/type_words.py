"""Words that say what kind of place is meant: 'village', 'район', 'محافظة', 'с.'."""

from __future__ import annotations

from typing import Final

#: By kind, in any language, as typed and casefolded. One letter counts only with its dot.
TYPE_WORDS: Final[dict[str, str]] = {
    "oblast": (
        "oblast область обл облусу облус oblusu province provincia prov region regiona governorate "
        "gov state viloyat viloyati вилоят вилояти облысы oblysy oblasti muhafazat muhafaza "
        "mohafazat muhafazah wilayat wilaya velayat welayat wolayat département departement "
        "departamento محافظة محافظه ولایت ولاية ولايت استان منطقة"
    ),
    "district": (
        "district dist distrito rayon raion raiyon rajon raioni район районы району районний р-н "
        "rn ауданы аудан audany tumani tuman туман ноҳия ноҳияи nohiya county arrondissement "
        "municipality municipio qada qadaa qadha caza kaza woluswali wuleswali uluswali woleswali "
        "wolaswali قضاء ولسوالی ولسوالۍ ولسوالي شهرستان مديرية"
    ),
    "city": (
        "city town urban gorod город г шаары шаар ш shaar shaary qalasy қаласы шаҳри шаҳр shahri "
        "shahr місто міста м смт селище селищна міська пгт ciudad ville madinat madina "
        "مدينة شهر ښار"
    ),
    "aiyl aimak": (
        "аймак аймагы айылный аймаг aimak aimag aymak aymag okrug округ округі okmotu өкмөтү "
        "окмоту "
        "а/о с/о айыл-өкмөтү a/a а/a a/а а/а a/o s/o ao ао community commune subdistrict "
        "sub-district громада hromada територіальна territorial рада сільська сельсовет ҷамоат "
        "ҷамоати jamoat jamoati nahiya nahia nahiyah naḥiya ناحية ناحیه بخش"
    ),
    "village": (
        "village vill selo sela село сільрада с села поселок посёлок посол пос п аул ауыл ауылы "
        "айылы айыл aiyl aiyly ayil ayyl ayyly qishloq қишлоқ деҳа дехаи кишлак settlement hamlet "
        "qarya qaryat qarye aldea pueblo قرية قریه قريه ده کلی کلي"
    ),
    "housing estate": "j/m ж/м w/m zhilmassiv жилмассив жм jm wm mkr мкр микрорайон microdistrict",
    "part": "part часть бөлүгү",
    "name": "им имени imeni атындагы named after",
}

#: Kind of each word.
KIND_OF: Final = {word: kind for kind, words in TYPE_WORDS.items() for word in words.split()}

#: Kinds that a unit may be of.
PLACE_KINDS: Final = frozenset({"oblast", "district", "city", "aiyl aimak", "village"})

#: The kinds of units whose type the reference does not say.
USUAL_KINDS: Final = {
    1: frozenset({"oblast", "city"}),
    2: frozenset({"district", "city"}),
    3: frozenset({"aiyl aimak", "city", "district"}),
    4: frozenset({"village", "city"}),
}
