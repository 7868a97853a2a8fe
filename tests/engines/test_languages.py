"""Packets and cues in German, French, Spanish and Dutch, with English and with native category names."""

import pytest

from splitreader import Category, SplitReader
from splitreader._config import SplitConfig
from splitreader.engines.embedded import split_pages
from splitreader.engines.embedded.category_scores import CategoryScorer
from splitreader.engines.embedded.flow_cues import ending_cue, flow_cue, salutation_cue, sender_cue, similarity_cue
from splitreader.engines.embedded.identifiers import find_identifiers
from splitreader.engines.embedded.lexicon import genres, genres_named
from splitreader.engines.embedded.page_features import read_page
from splitreader.engines.embedded.page_pair import Pair
from splitreader.engines.embedded.text import STOP_WORDS, name_tokens, tokens

ENGLISH = ["invoice", "contract", "letter", "bank_statement"]

PACKETS = {
    "English": (
        ENGLISH,
        [
            "Northwind Ltd.\nINVOICE\nInvoice No. 2024-118\nCleaning of the offices 4 hours 45.00\nAmount due 180.00",
            (
                "SERVICE AGREEMENT\nbetween Northwind Ltd. and Fabrikam Inc.\n1. Subject\nThe contractor cleans"
                " the offices"
                " of the client twice a week and keeps a list of the\nPage 1 of 2"
            ),
            (
                "rooms that were cleaned. The list is shown on request.\n2. Term\nThis agreement ends on 31 December.\n"
                "Governing law is that of England.\nPage 2 of 2"
            ),
            (
                "Ann Roe\n12 Elm Street\nDear Ms. Poe,\nthank you for your visit last week. The keys are with the"
                " neighbour.\nYours sincerely,\nAnn Roe"
            ),
            (
                "First Bank\nAccount Statement\nOpening balance 1,200.00\n03/05 Rent -700.00\n03/09 Salary 2,100.00\n"
                "Closing balance 2,600.00"
            ),
        ],
    ),
    "German": (
        ["Rechnung", "Vertrag", "Brief", "Kontoauszug"],
        [
            (
                "Nordwind GmbH\nRechnung\nRechnungs-Nr.: 2024-118\nKundennummer: 55012\nBüroreinigung 4 Stunden"
                " 45,00 €\n"
                "Gesamtbetrag 180,00 €\nzahlbar innerhalb von 14 Tagen"
            ),
            (
                "Dienstleistungsvertrag\nzwischen der Nordwind GmbH (Auftragnehmer) und der Fabrikam AG"
                " (Auftraggeber)\n§ 1"
                " Vertragsgegenstand\nDer Auftragnehmer reinigt die Räume zweimal in der Woche und übergibt"
                " danach dem\n"
                "Seite 1 von 2"
            ),
            (
                "Auftraggeber eine Liste der gereinigten Räume.\n§ 2 Laufzeit\nDer Vertrag endet am 31. Dezember.\n"
                "Gerichtsstand ist Köln.\nSeite 2 von 2"
            ),
            (
                "Anna Roth\nUlmenweg 12\n50667 Köln\nBetreff: Ihr Besuch\nSehr geehrte Frau Pohl,\nvielen Dank"
                " für Ihren"
                " Besuch in der letzten Woche. Die Schlüssel liegen bei der Nachbarin.\nMit freundlichen"
                " Grüßen\nAnna Roth"
            ),
            (
                "Erste Bank\nKontoauszug\nAlter Saldo 1.200,00\n05.03. Miete 700,00-\n09.03. Gehalt 2.100,00+\n"
                "Neuer Saldo 2.600,00"
            ),
        ],
    ),
    "French": (
        ["facture", "contrat", "lettre", "relevé de compte"],
        [
            (
                "Vent du Nord SARL\nFACTURE\nFacture n° 2024-118\nN° client : 55012\nNettoyage des bureaux 4 heures"
                " 45,00 €\nTotal HT 180,00 €\nTotal TTC 216,00 €\nNet à payer 216,00 €"
            ),
            (
                "CONTRAT DE PRESTATION DE SERVICES\nEntre les soussignés Vent du Nord, ci-après le prestataire, et"
                " Fabrikam, le client\nArticle 1 - Objet du contrat\nLe prestataire nettoie les bureaux deux fois par"
                " semaine et remet ensuite une liste des\nPage 1 sur 2"
            ),
            (
                "pièces nettoyées au client.\nArticle 2 - Durée\nLe contrat prend fin le 31 décembre.\n"
                "Le droit français est applicable.\nPage 2 sur 2"
            ),
            (
                "Anne Roux\n12 rue des Ormes\n75011 Paris\nObjet : votre visite\nMadame, Monsieur,\nje vous remercie de"
                " votre visite. Les clés sont chez la voisine.\nVeuillez agréer mes salutations distinguées.\nAnne Roux"
            ),
            (
                "Première Banque\nRELEVÉ DE COMPTE\nAncien solde 1 200,00\n05/03 Loyer 700,00\n09/03 Virement 2"
                " 100,00\n"
                "Nouveau solde 2 600,00"
            ),
        ],
    ),
    "Spanish": (
        ["factura", "contrato", "carta", "extracto bancario"],
        [
            (
                "Viento Norte S.L.\nFACTURA\nFactura nº 2024-118\nNúmero de cliente: 55012\nLimpieza de"
                " oficinas 4 horas"
                " 45,00 €\nBase imponible 180,00 €\nTotal a pagar 217,80 €"
            ),
            (
                "CONTRATO DE PRESTACIÓN DE SERVICIOS\nDe una parte Viento Norte S.L. y de otra parte Fabrikam S.A., en"
                " adelante el cliente\nPrimera.- Objeto del contrato\nEl prestador limpia las oficinas dos"
                " veces por semana"
                " y entrega después una lista de las\nPágina 1 de 2"
            ),
            (
                "salas al cliente.\nSegunda.- Duración\nEl contrato termina el 31 de diciembre.\n"
                "Las partes se someten a la jurisdicción de Madrid.\nPágina 2 de 2"
            ),
            (
                "Ana Ruiz\nCalle del Olmo 12\n28012 Madrid\nAsunto: su visita\nEstimada señora Pozo:\nle"
                " agradezco su visita"
                " de la semana pasada. Las llaves están en casa de la vecina.\nAtentamente,\nAna Ruiz"
            ),
            (
                "Primer Banco\nEXTRACTO DE CUENTA\nSaldo anterior 1.200,00\n05/03 Alquiler 700,00\n09/03 Transferencia"
                " 2.100,00\nSaldo final 2.600,00"
            ),
        ],
    ),
    "Dutch": (
        ["factuur", "overeenkomst", "brief", "bankafschrift"],
        [
            (
                "Noordenwind B.V.\nFactuur\nFactuurnummer: 2024-118\nKlantnummer: 55012\nSchoonmaak kantoren 4"
                " uur 45,00\n"
                "Btw 21% 37,80\nTe betalen 217,80"
            ),
            (
                "Overeenkomst van opdracht\ntussen Noordenwind B.V., hierna te noemen opdrachtnemer, en Fabrikam N.V.,"
                " opdrachtgever\nArtikel 1 Opdracht\nDe opdrachtnemer maakt de kantoren tweemaal per week"
                " schoon en geeft"
                " daarna een lijst van de\nPagina 1 van 2"
            ),
            (
                "ruimten aan de opdrachtgever.\nArtikel 2 Duur\nDe overeenkomst eindigt op 31 december.\n"
                "Nederlands recht is van toepassing.\nPagina 2 van 2"
            ),
            (
                "Anna de Rooij\nIepenlaan 12\n1012 AB Amsterdam\nBetreft: uw bezoek\nGeachte mevrouw Poel,\ndank voor"
                " uw bezoek van vorige week. De sleutels liggen bij de buurvrouw.\nMet vriendelijke"
                " groet,\nAnna de Rooij"
            ),
            (
                "Eerste Bank\nBankafschrift\nVorig saldo 1.200,00\n05-03 Huur 700,00\n09-03 Salaris 2.100,00\n"
                "Nieuw saldo 2.600,00"
            ),
        ],
    ),
}
EXPECTED_PAGES = [(1,), (2, 3), (4,), (5,)]


@pytest.mark.parametrize("language", PACKETS)
@pytest.mark.parametrize("native", [False, True])
def test_packets_are_cut_with_english_and_with_native_names(language, native):
    own, pages = PACKETS[language]
    names = own if native else ENGLISH
    result = split_pages(pages, SplitConfig.build(names))
    assert [(segment.category, segment.pages) for segment in result.segments] == list(
        zip(names, EXPECTED_PAGES, strict=True)
    )


@pytest.mark.parametrize("language", PACKETS)
def test_the_contract_is_cut_right_without_its_page_numbers(language):
    bill, *contract = PACKETS[language][1][:3]
    pages = [bill, *(page.rsplit("\n", 1)[0] for page in contract)]
    documents = SplitReader(categories=ENGLISH).from_pages(pages, source="packet.pdf")
    assert [document.segment.pages for document in documents] == [(1,), (2, 3)]


def test_titles_of_every_language_are_found_under_any_name():
    pages = [packet[1][0] for packet in PACKETS.values()]
    for name in ("invoice", "Rechnungen", "factures", "facturas", "facturen", "Fatture"):
        result = split_pages(pages, SplitConfig.build([name, "contract"]))
        assert [segment.category for segment in result.segments] == [name] * len(pages)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Rechnungen", "invoice"),
        ("Mietverträge", "lease"),
        ("Gehaltsabrechnung", "payslip"),
        ("contrato de alquiler", "lease"),
        ("contrat_de_travail", "employment contract"),
        ("loonstrook", "payslip"),
        ("loonstroken", "payslip"),
        ("bulletins de paie", "payslip"),
        ("Mahnungen", "reminder"),
        ("mise en demeure", "reminder"),
        ("Steuerbescheide", "tax assessment"),
        ("avis d'imposition", "tax assessment"),
        ("pólizas", "insurance policy"),
        ("Versicherungsschein", "insurance policy"),
        ("déclaration de sinistre", "insurance claim"),
        ("notulen", "minutes"),
        ("Vollmacht", "power of attorney"),
        ("vonnis", "court filing"),
        ("Arztbericht", "medical report"),
        ("factura de luz", "utility bill"),
        ("Stromrechnung", "utility bill"),
        ("Lieferscheine", "delivery note"),
        ("devis", "quote"),
        ("Lebenslauf", "resume"),
        ("estratto conto", "bank statement"),
        ("recibo de vencimento", "payslip"),
        ("avoir", None),
        ("police report", "police report"),
    ],
)
def test_native_names_find_their_kind(name, kind):
    found = [genre.names[0] for genre in genres_named(name_tokens(name))]
    assert found == ([tuple(tokens(kind))] if kind else [])


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("invoice", "Schlussrechnung"),
        ("payslip", "Abrechnung der Brutto-Netto-Bezüge"),
        ("reminder", "Zweite Mahnung"),
        ("lease", "CONTRAT DE LOCATION"),
        ("tax assessment", "Bescheid über Einkommensteuer"),
        ("power of attorney", "PODER NOTARIAL"),
        ("court filing", "IM NAMEN DES VOLKES"),
        ("insurance policy", "Polisblad"),
        ("minutes", "Procès-verbal de réunion"),
        ("delivery note", "Documento di trasporto"),
    ],
)
def test_titles_of_other_languages_belong_to_english_categories(kind, title):
    scorer = CategoryScorer([Category(name="picture"), Category(name=kind)])
    assert 1 in scorer.score(read_page(1, f"{title}\nabc")).titles.of_category


def test_no_small_word_is_evidence_for_a_kind():
    words = {phrase[0] for genre in genres() for phrase in (*genre.titles, *genre.words) if len(phrase) == 1}
    assert words & STOP_WORDS <= {"will", "your", "shall", "no"}


def test_no_function_word_counts_as_a_subject_in_its_language():
    text = (
        "Der Kunde und die Bank haben sich mit dem Vertrag für den Kredit nach den Regeln geeinigt. Le client et la"
        " banque sont dans les locaux pour une visite avec des amis. El cliente y el banco con los papeles para una"
        " firma del contrato. De klant en het contract van een bank met voor naar wordt."
    )
    subjects = read_page(1, text).subject_words
    assert {"kunde", "vertrag", "kredit", "client", "banque", "visite", "cliente", "firma", "klant"} <= subjects
    assert not subjects & {"der", "und", "die", "mit", "dem", "den", "nach", "sont", "dan", "pour", "une", "avec"}
    assert not subjects & {"con", "los", "para", "del", "het", "van", "een", "met", "voor", "wordt"}


def test_words_that_name_things_elsewhere_stay():
    named = set(tokens("car door son sea war hat man non note order sobre stato ten bail avoir"))
    assert STOP_WORDS.isdisjoint(named)


def test_shared_small_words_make_no_german_pages_alike():
    before = "Der Hund und die Katze sind mit dem Futter für den Winter nach Hause in den Stall gegangen und schlafen."
    after = (
        "Die Zinsen und der Kredit werden mit dem Konto für den Monat nach Antrag durch die Bank berechnet, Frau Amt."
    )
    said = similarity_cue(pair(before, after))
    assert said is None or said.log_odds > 0


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("Rechnungen", "rechnung"),
        ("Verträge", "vertrag"),
        ("Kontoauszüge", "kontoauszug"),
        ("factures", "facture"),
        ("facturas", "factura"),
        ("pólizas", "poliza"),
        ("facturen", "factuur"),
        ("rekeningen", "rekening"),
        ("contratti", "contratto"),
        ("whereas", "whereas"),
        ("Texas", "texas"),
        ("gas", "gas"),
    ],
)
def test_plurals(plural, singular):
    assert tokens(plural) == [singular]


PROSE = "Le fournisseur tient un registre de chaque livraison et le montre à l'acheteur dans les dix jours qui suivent."


def pair(before: str, after: str) -> Pair:
    return Pair(read_page(3, before), read_page(4, after))


@pytest.mark.parametrize(
    "first_line",
    [
        "Fortsetzung von Seite 1",
        "Übertrag 1.234,00",
        "Saldoübertrag 99,00",
        "Annexe (suite)",
        "Suite de la facture",
        "Report 1 234,56",
        "(continuación)",
        "Viene de la página anterior",
        "Vervolg van de vorige pagina",
        "segue dalla pagina precedente",
        "Anlage 2 zum Vertrag",
        "Annexe 1",
        "Anexo II",
        "Bijlage 3",
        "Allegato A",
        "Artikel 2 Laufzeit",
        "Artículo 3. Duración",
        "CLÁUSULA TERCERA.- PRECIO",
        "Cláusula 4",
        "Hoofdstuk 2",
        "Article 3 - Durée",
        "§ 5 Kündigung",
        "œuvres et autres documents remis au client avant la date prévue",
        "à la date prévue par les deux parties, sauf accord écrit contraire",
        "l'acheteur dans les dix jours qui suivent la livraison de la marchandise",
        "überlassenen Gegenstände sind nach dem Ende des Vertrages zurückzugeben",
        "ältere Fassungen dieses Vertrages verlieren damit ihre Gültigkeit sofort",
        "ñandúes y otros animales que se entreguen al comprador en el plazo fijado",
    ],
)
def test_pages_that_go_on(first_line):
    said = flow_cue(pair(PROSE, f"{first_line}\n{PROSE}"))
    assert said is not None
    assert said.log_odds < 0


@pytest.mark.parametrize(
    "first_line",
    [
        "Suite 400, 12 Main Street",
        "Report 2024",
        "Reports and more",
        "Anlagenbau Meier GmbH",
        "Anlagevermögen",
        "Transport Schmidt GmbH",
        "Artikel 1",
        "Übertrag auf Sparkonto 100,00",
        "Articolo 1",
        "www.noordenwind.example, uw partner voor schone kantoren in de regio",
        "post@nordwind.example, Ihr Partner für saubere Büros in der Region",
    ],
)
def test_pages_that_do_not_say_so(first_line):
    assert flow_cue(pair(PROSE, f"{first_line}\n{PROSE}")) is None


@pytest.mark.parametrize(
    "last_line",
    [
        "Übertrag 1.234,00",
        "Fortsetzung auf Seite 2",
        "à reporter 1 234,56",
        "Suma y sigue 1.234,00",
        "Vervolg op pagina 2",
        "segue a pagina 2",
        "Continued on page 2",
        "Der Auftragnehmer übergibt die Liste der Räume dem",
        "La liste des pièces est remise au client par le",
        "Nach dem Ende des Auftrags sind alle Vertrags-",
    ],
)
def test_pages_after_which_more_follows(last_line):
    said = flow_cue(pair(f"{PROSE}\n{last_line}", f"Auftraggeber\n{PROSE}"))
    assert said is not None
    assert said.log_odds < 0


@pytest.mark.parametrize(
    "line",
    [
        "Sehr geehrte Damen und Herren,",
        "Sehr geehrter Herr Pohl,",
        "Guten Tag Frau Pohl,",
        "Liebe Anna,",
        "Betreff: Kündigung",
        "Madame, Monsieur,",
        "Objet : relance",
        "Chère Madame,",
        "Estimado señor Pozo:",
        "Asunto: reclamación",
        "Muy señores míos:",
        "Geachte heer Poel,",
        "Beste Anna,",
        "Betreft: opzegging",
        "Egregio dottore,",
        "Oggetto: preventivo",
        "Spett.le Ditta",
        "Exmo. Senhor",
    ],
)
def test_letters_begin(line):
    said = salutation_cue(pair(PROSE, f"{line}\n{PROSE}"))
    assert said is not None
    assert said.log_odds > 0


@pytest.mark.parametrize("line", ["Liebe Grüße", "Beste Grüße aus Köln", "Beste Grüße,", "Anlage", "Vanille 3,00"])
def test_other_lines_are_no_salutations(line):
    assert salutation_cue(pair(PROSE, f"{line}\n{PROSE}")) is None


@pytest.mark.parametrize(
    "line",
    [
        "Mit freundlichen Grüßen",
        "Hochachtungsvoll",
        "Viele Grüße",
        "Cordialement,",
        "Veuillez agréer, Madame, Monsieur, l'expression de mes sentiments distingués.",
        "Je vous prie d'agréer, Madame, mes salutations distinguées.",
        "Atentamente,",
        "Un cordial saludo,",
        "Met vriendelijke groet,",
        "Hoogachtend,",
        "Distinti saluti",
        "Com os melhores cumprimentos,",
    ],
)
def test_letters_end(line):
    said = ending_cue(pair(f"{PROSE}\n{line}\nA. Roux", PROSE))
    assert said is not None
    assert "ends like a letter" in said.sentence


@pytest.mark.parametrize(
    "line",
    [
        "Gesamtbetrag 180,00 €",
        "Zu zahlen 180,00 €",
        "Total TTC 216,00 €",
        "Net à payer 216,00 €",
        "Total a pagar 217,80 €",
        "Te betalen 217,80",
        "Totaal incl. btw 217,80",
        "Totale fattura 217,80",
        "Unterschrift",
        "Handtekening",
    ],
)
def test_documents_end(line):
    said = ending_cue(pair(f"{PROSE}\n{line}", PROSE))
    assert said is not None
    assert "ends like a document" in said.sentence


@pytest.mark.parametrize(
    "line",
    [
        "50667 Köln",
        "Ulmenweg 12, D-50667 Köln",
        "Ulmenweg 12, 50667 Köln",
        "75011 Paris",
        "28012 Madrid",
        "1012 AB Amsterdam",
        "1250-096 Lisboa",
        "Tél. : 01 23 45 67 89",
        "Telefon 0221 123456",
        "Teléfono: 91 123 45 67",
        "+49 221 123456",
    ],
)
def test_letterheads_are_senders(line):
    said = sender_cue(pair("Etwas", f"Anna Roth\n{line}\n{PROSE}"))
    assert said is not None


@pytest.mark.parametrize("line", ["10012 Widget 4 12,00", "Menge 12345", "2024 Jahresbericht"])
def test_rows_are_no_senders(line):
    assert sender_cue(pair("Etwas", f"Anna Roth\n{line}\n{PROSE}")) is None


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Rechnungsnummer: 2024-118", "invoice number", "2024-118"),
        ("Rechnungsnummer 2024-118", "invoice number", "2024-118"),
        ("Rechnungs-Nr.: RE-4711", "invoice number", "RE-4711"),
        ("Rechnung Nr. 4711", "invoice number", "4711"),
        ("Rg.-Nr. 4711", "invoice number", "4711"),
        ("Kundennummer: 55012", "customer number", "55012"),
        ("Kd.-Nr.: 55012", "customer number", "55012"),
        ("Kontonummer 123456789", "account number", "123456789"),
        ("Vertragsnummer: V-9912", "reference", "V-9912"),
        ("Versicherungsschein-Nr. 8812/44", "policy number", "8812/44"),
        ("Schadennummer: 77-1234", "claim number", "77-1234"),
        ("Aktenzeichen: 12 O 345/24", "case number", "12 O 345/24"),
        ("Personalnummer: 00471", "employee number", "00471"),
        ("Numéro de facture : 2024-118", "invoice number", "2024-118"),
        ("N° de facture : F-118", "invoice number", "F-118"),
        ("N° client : 55012", "customer number", "55012"),
        ("N° de dossier 4471/B", "reference", "4471/B"),
        ("Facture n° 2024-118", "invoice number", "2024-118"),
        ("Número de factura: 2024-118", "invoice number", "2024-118"),
        ("Nu\u0301mero de factura: 2024-118", "invoice number", "2024-118"),
        ("Nº de cliente: 55012", "customer number", "55012"),
        ("Núm. de póliza 8812", "policy number", "8812"),
        ("Factuurnummer: 2024118", "invoice number", "2024118"),
        ("Klantnummer 55012", "customer number", "55012"),
        ("Polisnummer: 8812", "policy number", "8812"),
        ("Dossiernummer: 4471", "reference", "4471"),
        ("Numero fattura: 118/2024", "invoice number", "118/2024"),
        ("Fattura n. 118/2024", "invoice number", "118/2024"),
        ("Nº da fatura: 118", "invoice number", "118"),
    ],
)
def test_labelled_numbers_are_found(text, kind, value):
    assert find_identifiers(text) == {kind: frozenset({value})}


@pytest.mark.parametrize(
    "text",
    ["Hausnummer: 12", "Steuernummer: 12/345/678", "Rechnungsbetrag 118,00", "Anzahl Räume: 120", "Seitennummer 12"],
)
def test_other_numbers_are_no_identifiers(text):
    assert find_identifiers(text) == {}
