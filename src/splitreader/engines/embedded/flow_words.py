"""What documents say where they go on, begin and end, by language: regular expressions, joined in `flow_cues`.

They are matched without regard to case. Words that mean something else in another of the languages are narrowed:
"Suite 400" is no continuation, "report" is one only before an amount with a decimal comma, "Anlagenbau" no annex.
"""

from __future__ import annotations

from collections.abc import Mapping

CONTINUED: Mapping[str, str] = {
    "en": r"\b(?:continued|cont['\u2019.]?d?)\b",
    "de": r"\bfortsetzung\b|^(?:saldo)?(?:ü|ue|u\u0308)bertrag\b(?!\s(?:auf|an|des|der|von\s[^s])\b)",
    "fr": r"\(suite\)|[\u2013-]\s?suite\s?\)?$|^suite(?:\s(?:de|du|des|page)\b|$)|^reports?\s[^a-z]{0,12}\d,\d\d\b",
    "es": r"\bcontinuaci[oó]n\b(?!\sse\b)|\bcontin[uú]a\b|\bviene\sde\b|^suma\santerior\b",
    "nl": r"\bvervolg\b|^transport\b[^a-z]{0,12}\d,\d\d\b",
    "it": r"\bsegue\b|\bcontinua\b|^riporto\b",
    "pt": r"\bcontinua[cç][aã]o\b|^transporte\b[^a-z]{0,12}\d,\d\d\b",
}
"""In the first lines: the page continues the one before."""

FOLLOWS: Mapping[str, str] = {
    "en": r"\bcontinued\s(?:on|overleaf)\b",
    "de": r"\bfortsetzung\s(?:auf|n(?:ä|ae)chste|seite|folgt)|\bweiter\sauf\b|^(?:ü|ue)bertrag\b|\bbitte\swenden\b",
    "fr": r"(?:^|\s)à\sreporter\b|\bsuite\s(?:page|au\sverso|à\sla\spage)\b|\bt\.s\.v\.p\b",
    "es": r"\bsuma\sy\ssigue\b|\bcontin[uú]a\sen\b|\bsigue\sen\b",
    "nl": r"\bvervolg\sop\b|\bte\stransporteren\b|\bz\.o\.z\b",
    "it": r"\ba\sriportare\b|\bsegue\s(?:a|alla|sul)\b",
    "pt": r"\ba\stransportar\b|\bcontinua\sna\b",
}
"""In the last lines: more of the document follows."""

GOES_ON_STEMS: tuple[str, ...] = (
    *("cont", "fortsetzung", "weiter", "bertrag", "wenden", "report", "suite", "t.s.v.p", "suma", "sigue", "viene"),
    *("vervolg", "transport", "z.o.z", "riport", "segue"),
)
"""One of these stands in everything that `CONTINUED` and `FOLLOWS` find."""

ATTACHED: Mapping[str, str] = {
    "en": (
        r"schedule|exhibit|appendix|annex|attachment|addendum|signature page|in witness whereof|signatures?\b|"
        r"certificate of service|references$|bibliography$|table of contents|notes$|enclosure"
    ),
    "de": (
        r"(?:anlagen?|anhang|beilage)(?:\s?\d|\s[a-z]\b|\s?:|\szu[mr]?\b|verzeichnis\b|$)|inhaltsverzeichnis|"
        r"unterschriften\b"
    ),
    "fr": r"annexes?\b|pi[eè]ces?\sjointes?\b|table\sdes\smati[eè]res|fait\s(?:à|en)\s",
    "es": r"anexos?\b|ap[eé]ndice\b|adjuntos?\b|[ií]ndice$|y\sen\sprueba\sde\sconformidad",
    "nl": r"bijlagen?\b|aanhangsel\b|inhoudsopgave\b|aldus\s(?:overeengekomen|opgemaakt)",
    "it": r"allegat[oi]\b|appendice\b|letto,\sconfermato",
    "pt": r"anexos?\b|ap[eê]ndice\b",
}
"""At the beginning of a line: an annex or the end of a document, not a new one."""

LATER_SECTION: Mapping[str, str] = {
    "de": r"(?:artikel|art\.|abschnitt|kapitel|ziffer|ziff\.|teil)",
    "fr": r"(?:art\.|chapitre|titre|partie|clause)",
    "es": r"(?:art[ií]culo|art\.|cl[aá]usula|cap[ií]tulo|secci[oó]n|apartado)",
    "nl": r"(?:artikel|art\.|hoofdstuk|afdeling|lid|deel)",
    "it": r"(?:articolo|art\.|clausola|capitolo|sezione)",
    "pt": r"(?:artigo|art\.|cl[aá]usula|cap[ií]tulo|se[cç][aã]o)",
}
"""What a numbered section is called, before its number."""

LATER_ORDINAL: Mapping[str, str] = {
    "es": r"segund[oa]|tercer[oa]|cuart[oa]|quint[oa]|sext[oa]|s[eé]ptim[oa]|octav[oa]|noven[oa]|d[eé]cim[oa]",
    "pt": r"segund[oa]|terceir[oa]|quart[oa]|quint[oa]|sext[oa]|s[eé]tim[oa]|oitav[oa]",
}
"""Sections counted in words: "Segunda.- Duración", "Cláusula tercera"."""

ADDRESSED: Mapping[str, str] = {
    "en": r"dear\b|to whom|subject:|from:|to:",
    "de": r"sehr geehrte|guten tag\b|betreff:|betr\.:|von:|an:|(?:liebe[rs]?|hallo)\s(?!gr)[^.:]{1,40}[,!]$",
    "fr": (
        r"madame|monsieur|mesdames|messieurs|ch[eè]r(?:e|s|es)?\s[^.:]{1,40},$|objet\s?:|bonjour\b|"
        r"à l['\u2019]attention"
    ),
    "es": r"estimad[oa]s?\b|distinguid[oa]s?\b|apreciad[oa]s?\b|muy señor|asunto\s?:|a la atenci[oó]n|para:|de:",
    "nl": r"geachte\b|beste\s(?!gr)[^.:]{1,40},$|betreft\s?:|onderwerp\s?:|t\.?a\.?v\.|aan:|van:",
    "it": r"egregi[oa]?\b|egr\.|gentil[ei]\b|gentilissim|gent\.m|spett(?:\.|abile)|oggetto\s?:|alla c\.a\.|da:",
    "pt": r"exm[oa]s?\b|excelent[ií]ssim|prezad[oa]s?\b|car[oa]s?\s(?:senhor|sr|cliente)|assunto\s?:",
}
"""At the beginning of a line: a letter or a message begins."""

CLOSING: Mapping[str, str] = {
    "en": r"yours\b|sincerely|(?:best|kind|warm)?\s?regards|cordially|respectfully",
    "de": r"mit (?:freundlich|best|herzlich|kollegial)|(?:freundliche|viele|beste|liebe|herzliche|sch(?:ö|oe)ne) gr|"
    r"hochachtungsvoll|mfg\b",
    "fr": r"cordialement|bien (?:cordialement|à vous)|veuillez (?:agr[eé]er|recevoir|croire)|"
    r"(?:nous vous prions|je vous prie) (?:d['\u2019]agr[eé]er|de croire|de recevoir)|"
    r"(?:sinc[eè]res|meilleures) salutations",
    "es": r"(?:muy )?atentamente|(?:un )?(?:cordial|afectuoso|atento)?\s?saludos?\b|sin otro particular|"
    r"reciba[n]? un|(?:le|les) saluda",
    "nl": r"(?:met )?(?:vriendelijke|hartelijke) groet|hoogachtend|met (?:de meeste )?hoogachting|groeten\b",
    "it": r"(?:distinti|cordiali) saluti|in fede\b|con i migliori|cordialmente",
    "pt": r"(?:com os )?(?:melhores|meus|nossos)? ?cumprimentos|atenciosamente|cordialmente",
}
"""At the beginning of one of the last lines: a letter ends."""

SIGNED_OFF: Mapping[str, str] = {
    "en": (
        r"sincerely|regards|thank you for your business|yours truly|signature|end of (?:document|report|statement)|"
        r"total due|balance due|amount due|cordially|respectfully submitted"
    ),
    "de": r"(?:gesamt|rechnungs|end|zahl|auszahlungs)betrag|zu zahlen(?:der betrag)?|unterschrift(?:en)?|neuer saldo",
    "fr": r"total ttc|net à payer|montant total|solde (?:dû|à payer)|lu et approuv[eé]",
    "es": r"total a pagar|importe total|total factura|l[ií]quido a percibir|firmado|firma del?",
    "nl": r"te betalen|totaal(?:bedrag)? incl|handtekening(?:en)?|nieuw saldo|uit te betalen",
    "it": r"totale (?:da pagare|fattura|documento|complessivo)|netto (?:a pagare|in busta)|firma del",
    "pt": r"total (?:a pagar|geral)|valor total|assinatura",
}
"""Anywhere in the last lines: totals and signatures with which documents end."""

SIGNATURE: Mapping[str, str] = {
    "en": r"(?:by|title|its|witness|signed|signature|print(?:ed)? name)\s?:|/s/",
    "de": r"\(?ort,?\s(?:und )?datum\b|\(?unterschrift|(?:vermieter|mieter|auftraggeber|auftragnehmer)(?:in)?\s?:?$",
    "fr": r"fait à\b|\(?lu et approuv|le (?:bailleur|locataire|preneur|prestataire|client|salari[eé])\s?:?$",
    "es": r"en \w+,? a \d|firma\b|fdo\.|(?:el|la) (?:arrendador|arrendatari[oa]|cliente|trabajador)a?\s?:?$",
    "nl": (
        r"(?:plaats|datum)(?:\sen\s|,\s?)|handtekening\b|(?:de )?(?:verhuurder|huurder|opdrachtgever|"
        r"opdrachtnemer)\s?:?$"
    ),
    "it": r"luogo e data|(?:il )?(?:locatore|conduttore|committente)\s?:?$",
    "pt": r"local e data|assinatura\b|(?:o )?(?:senhorio|locador|locat[aá]rio|inquilino)\s?:?$",
}
"""At the beginning of a line: where the parties sign."""

CONTACT: Mapping[str, str] = {
    "en": r"\b(?:tel|phone|fax|mobile)\b|\(\d{3}\)\s?\d{3}-\d{4}|\b[A-Z]{2}\s\d{5}\b",
    "other": r"\b(?:t[eé]l[eé](?:fono|phone|fone|foon|fon|fax)|t[eé]lf?|mobil|m[oó]vil)\b|\+\d\d[\s(]",
    "five digits": (
        r"(?:^|,\s?|[•|·]\s?)(?:[a-z]{1,2}-)?\d{5}\s(?-i:[A-ZÀ-Ý])[^\W\d_]+(?:[\s,(/-]{1,2}[^\W\d_]+){0,4}\)?$"
    ),
    "Dutch": r"\b\d{4}\s?(?-i:[A-Z]{2})\s{1,2}(?-i:[A-Z'])",
    "Portuguese": r"\b\d{4}-\d{3}\s{1,2}(?-i:[A-ZÀ-Ý])",
}
"""Telephone numbers, and postal codes before a town."""

OPEN_ENDS: Mapping[str, str] = {
    "en": "the of and or to with for by a an from in",
    "de": (
        "der die das dem den des ein eine einer einem einen und oder mit von zu für auf bei durch dass sowie im zum zur"
    ),
    "fr": "le la les un une des du de et ou au aux en dans par pour sur avec que qui",
    "es": "el la los las un una de del y o con por para en que al",
    "nl": "de het een en of van in op te met voor aan bij door dat die",
    "it": "il lo la i gli le un una di del della dei e o con per che al alla",
    "pt": "o os as um uma de do da dos das e ou com por para em que ao",
}
"""Words after which a sentence has to go on. A page may go on in capitals: German nouns have them."""


def any_of(patterns: Mapping[str, str]) -> str:
    """One expression for all languages."""
    return "(?:" + "|".join(patterns.values()) + ")"
