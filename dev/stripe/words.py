"""The hosted pages' words, in English and French."""

from datetime import UTC, datetime
from typing import Any

from flask import g, request

FRENCH = {
    "Add": "Ajouter",
    "Address": "Adresse",
    "A subscription ends on {date}.": "Un abonnement se termine le {date}.",
    "Amount due": "Montant dû",
    "Back": "Retour",
    "Back to the shop": "Retour au site",
    "Bank account (IBAN)": "Compte bancaire (IBAN)",
    "Card": "Carte",
    "Card number": "Numéro de carte",
    "City": "Ville",
    "Confirm": "Confirmer",
    "Country": "Pays",
    "Download as PDF": "Télécharger en PDF",
    "Due on {date}": "À payer avant le {date}",
    "E-mail": "Adresse e-mail",
    "End with the period": "Arrêter à la fin de la période",
    "Expires (month and year)": "Expire (mois et année)",
    "From": "Émetteur",
    "Go on with it": "Continuer l’abonnement",
    "How to pay": "Moyen de paiement",
    "Invoice": "Facture",
    "Invoice {number}": "Facture {number}",
    "Invoices": "Factures",
    "Kept for payments: {brand}, ending in {last}": "Moyen de paiement : {brand}, se terminant par {last}",
    "Link to your bank": "Votre banque",
    "Name or company": "Nom ou société",
    "No": "Non",
    "No card or account is kept yet.": "Aucune carte ni compte n’est encore enregistré.",
    "No invoice yet.": "Aucune facture pour l’instant.",
    "Nothing is charged: this page stands in for Stripe, for tests and the demo.": (
        "Rien n’est débité : cette page remplace Stripe pour les tests et la démonstration."
    ),
    "Numbers for tests": "Numéros de test",
    "Paid on {date}": "Payée le {date}",
    "Pay {amount}": "Payer {amount}",
    "Pay another way": "Payer autrement",
    "Postal code": "Code postal",
    "Renews on {date}": "Renouvelé le {date}",
    "Reverse charge: the customer accounts for the VAT.": "Autoliquidation : TVA due par le preneur.",
    "Runs until {date}, then ends.": "Jusqu’au {date}, puis s’arrête.",
    "SEPA debit": "Prélèvement SEPA",
    "Security code": "Code de sécurité",
    "Street and number": "Rue et numéro",
    "Subscribe and pay {amount}": "S’abonner et payer {amount}",
    "Subscription": "Abonnement",
    "Subscriptions": "Abonnements",
    "Subtotal": "Sous-total",
    "The bank did not confirm the payment. You can try again or take another card.": (
        "La banque n’a pas confirmé le paiement. Vous pouvez réessayer ou prendre une autre carte."
    ),
    "The debit is on its way. It takes a few days.": "Le prélèvement est en cours. Il prend quelques jours.",
    "This invoice is not to be paid any more.": "Cette facture n’est plus à payer.",
    "This page has done its work, or has expired.": "Cette page a déjà servi, ou a expiré.",
    "To": "Client",
    "Total": "Total",
    "Use another card or account": "Changer de carte ou de compte",
    "VAT": "TVA",
    "VAT number (optional)": "Numéro de TVA (facultatif)",
    "Yes, it is me": "Oui, c’est moi",
    "Your bank asks: is it you who pays {amount}?": "Votre banque demande : est-ce vous qui payez {amount} ?",
    "Your billing": "Votre facturation",
    "Your card has expired.": "Votre carte a expiré.",
    "Your card has insufficient funds.": "Le solde de votre carte est insuffisant.",
    "Your card number is incorrect.": "Ce numéro de carte n’est pas correct.",
    "Your card was declined.": "Votre carte a été refusée.",
    "The IBAN you provided is invalid.": "Cet IBAN n’est pas valable.",
    "Invalid value for eu_vat.": "Ce numéro de TVA n’a pas la forme qu’il devrait avoir.",
    "asks for a confirmation": "demande une confirmation",
    "asks for a debit that fails": "prélèvement qui échoue",
    "fails": "refusée",
    "is kept, and fails later": "acceptée, puis refusée",
    "pays": "paie",
    "pays after a few days": "paie quelques jours plus tard",
    "quantity": "quantité",
}
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


def language() -> str:
    """ "fr" or "en": what the session asks for, else what the browser does."""
    asked = str(g.get("locale") or "")[:2]
    if asked in ("en", "fr"):
        return asked
    return request.accept_languages.best_match(["en", "fr"], "en")


def say(english: str, **values: Any) -> str:
    """The sentence in the reader's language."""
    return (FRENCH.get(english, english) if language() == "fr" else english).format(**values)


def money(cents: int, currency: str) -> str:
    """An amount as the reader writes it: €4,900.00 or 4 900,00 €."""
    sign = {"eur": "€", "gbp": "£", "usd": "$"}.get(currency, currency.upper())
    minus = "−" if cents < 0 else ""
    plain = f"{abs(cents) / 100:,.2f}"
    if language() == "fr":
        return f"{minus}{plain.replace(',', chr(0x202F)).replace('.', ',')}\N{NO-BREAK SPACE}{sign}"
    return f"{minus}{sign}{plain}"


def date(moment: int) -> str:
    """A day in UTC as the reader writes it."""
    day = datetime.fromtimestamp(moment, UTC)
    if language() == "fr":
        return f"{day.day if day.day > 1 else '1er'} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.day} {day:%B %Y}"
