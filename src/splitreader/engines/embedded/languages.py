"""Small words and plurals of the languages whose documents the engine reads: data only."""

from __future__ import annotations

from collections.abc import Mapping

FUNCTION_WORDS: Mapping[str, str] = {
    "en": (
        "a an and are as at be by for from has have if in is it its may no not of on or our shall that the their this"
        " to was we were which will with you your any all such other each per than then they his her he she s t"
    ),
    "de": (
        "der die das den dem des ein eine einer eines einem einen und oder aber auch auf aus bei bis dass durch für"
        " gegen im in ist sind ins mit nach nicht noch nur ob ohne sich sie sein seine seiner seinem ihr ihre ihrer"
        " ihrem ihren ihnen unser unsere unserer unserem unseren uns über um unter vom von vor wird werden wurde wurden"
        " worden wenn wie wir zu zum zur zwischen diese dieser dieses diesem diesen sowie als am an haben hatte kann"
        " können soll sollen muss müssen bitte hiermit keine kein keinen so dann da damit jede jeder jedes bzw ggf er"
        " es ich mir mich welche welcher welches seit wegen"
    ),
    "fr": (
        "le la les l un une des du de d et ou où au aux en dans par pour sur avec sans sous ce cet cette ces ses leur"
        " leurs notre nos votre vos nous vous il elle ils elles on que qu qui quoi dont ne pas est sont été être sera"
        " ont avait aussi ainsi entre chez vers comme lorsque si se y à afin après avant depuis je j mon ma mes"
        " selon toute tous tout n m c sa"
    ),
    "es": (
        "el la los las un una unos unas de del al a y e o u en con por para entre hasta desde según que se su sus lo le"
        " les no es está están ser fue ha han haber como más este esta estos estas ese esa esos esas cuando donde nos"
        " nuestro nuestra nuestros nuestras usted ustedes si también ya pero muy cada cual cuales así"
    ),
    "nl": (
        "de het een en of van in op te om met voor aan bij naar uit tot als dat die dit deze er is zijn was waren wordt"
        " worden werd niet geen ook nog dan maar wij we u uw ons onze hij zij ze ik mijn heeft hebben had kan kunnen"
        " zal zullen moet moeten onder tegen tussen tijdens volgens welke waarin ter hierbij per tenzij indien"
    ),
    "it": (
        "il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dalla dai"
        " dalle in nel nella nei nelle su sul sulla sui con per tra fra e ed o che chi cui è sono essere ha hanno si"
        " suo sua suoi questo questa questi queste anche come ne ci vi l d dell all nell sull dall"
    ),
    "pt": (
        "o a os as um uma uns umas de do da dos das em no na nos nas ao aos à às por pelo pela pelos pelas para com sem"
        " e ou que se não é são ser foi foram há tem têm seu sua seus suas este esta estes estas esse essa isso como"
        " mais entre até também já você nós nosso nossa quando cada qual"
    ),
}
"""Articles, prepositions, pronouns, auxiliaries and conjunctions, by language.

One union serves every page, so that a page in two languages needs no guess. A word that is a function word in one
language stays out where it names a thing in another one: "war", "hat" and "man" (German), "car" and "son" (French),
"sea" and "sobre" (Spanish, "sobre" is an envelope), "door" and "ten" (Dutch), "stato" and "non" (Italian: a
non-disclosure agreement without "non" is another thing). "Die", "den", "van" and "met" are in: they stand on every
German or Dutch page, and hardly any English document is about them.
"""

PLURALS: Mapping[str, str] = {
    "ungen": "ung",
    "ingen": "ing",
    "vertrage": "vertrag",
    "vertragen": "vertrag",
    "auszuge": "auszug",
    "bescheide": "bescheid",
    "scheine": "schein",
    "zeugnisse": "zeugnis",
    "protokolle": "protokoll",
    "befunde": "befund",
    "vollmachten": "vollmacht",
    "gutschriften": "gutschrift",
    "urteile": "urteil",
    "angebote": "angebot",
    "facturen": "factuur",
    "stroken": "strook",
    "contracten": "contract",
    "overeenkomsten": "overeenkomst",
    "polissen": "polis",
    "afschriften": "afschrift",
    "bonnen": "bon",
    "brieven": "brief",
    "vonnissen": "vonnis",
    "verslagen": "verslag",
    "volmachten": "volmacht",
    "fatture": "fattura",
    "ricevute": "ricevuta",
    "contratti": "contratto",
    "estratti": "estratto",
    "polizze": "polizza",
    "sentenze": "sentenza",
}
"""Plural endings, without accents, of words that documents are called by, and what they are in the singular."""
