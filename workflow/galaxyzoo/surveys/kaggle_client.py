"""Kaggle's own client: signing in, and errors that say what to do when Kaggle refuses."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from kagglesdk.kaggle_creds import KaggleCredentials
from kagglesdk.kaggle_env import get_access_token_from_env
from requests import HTTPError, RequestException, Response

from galaxyzoo.foundation.errors import InputError

if TYPE_CHECKING:
    from kaggle import KaggleApi

TOKEN_STEPS = (
    "make a token at https://www.kaggle.com/settings/api ('Generate New Token'), save it in "
    "~/.kaggle/access_token or set KAGGLE_API_TOKEN to it, and run this again"
)
NO_CREDENTIALS = (
    "Kaggle wants to know who you are, and its client finds no credentials here: no "
    f"KAGGLE_API_TOKEN, ~/.kaggle/access_token or kaggle.json; {TOKEN_STEPS}"
)


class AccountError(InputError):
    """Kaggle does not accept the user's credentials, or requires the user's consent first."""


def competition_page(competition: str) -> str:
    """Address of a competition's page."""
    return f"https://www.kaggle.com/competitions/{competition}"


def has_credentials() -> bool:
    """Whether Kaggle's client finds credentials, valid or not; uses no network."""
    if get_access_token_from_env()[0] or KaggleCredentials.load(client=None):
        return True
    try:
        authenticated_api()
    except SystemExit:
        return False
    return True


def authenticated_api() -> "KaggleApi":
    """The client, with the credentials it finds; SystemExit if it finds no valid ones.

    Imported only here, because the package signs in, and may print advice, when it is imported.
    """
    with redirect_stdout(io.StringIO()):
        from kaggle import api

        api.authenticate()
    return api


def signed_in_api(competition: str) -> "KaggleApi":
    """The client, signed in; AccountError if it finds no credentials, or invalid ones."""
    with refusals_explained(competition):
        try:
            return authenticated_api()
        except SystemExit:
            has_token = get_access_token_from_env()[0]
            reason = invalid("no user has that token") if has_token else NO_CREDENTIALS
            raise AccountError(reason) from None


@contextmanager
def refusals_explained(competition: str) -> Iterator[None]:
    """Turn network errors and Kaggle's refusals into an InputError that says what to do."""
    try:
        yield
    except HTTPError as error:
        raise refusal(error.response, competition) from error
    except (RequestException, json.JSONDecodeError) as error:
        # Not the whole error, because it may contain an address signed for this user alone.
        reason = getattr(error.args[0] if error.args else error, "reason", type(error).__name__)
        raise InputError(
            f"Kaggle could not be reached, or the connection broke off ({reason}); check the "
            "network, and run this again: it goes on from where it stopped"
        ) from error


def refusal(response: Response, competition: str) -> InputError:
    """The InputError for an error response from Kaggle, which says what to do."""
    answer = f"{response.status_code}: {words(response)}"
    page = competition_page(competition)
    if response.status_code == 401:
        return AccountError(invalid(answer))
    if response.status_code == 403:
        return AccountError(
            f"Kaggle does not allow this ({answer}); sign in on {page}/rules with the "
            "account that this token belongs to, accept the rules, and run this again"
        )
    return InputError(f"Kaggle answered with an error ({answer}); see {page}, and run this again")


def invalid(what: str) -> str:
    """The message about credentials that Kaggle does not accept, which says what to do."""
    return (
        "Kaggle does not accept the credentials found in KAGGLE_API_TOKEN, ~/.kaggle/access_token "
        f"or kaggle.json ({what}): they are mistyped, or no longer valid; {TOKEN_STEPS}"
    )


def words(response: Response) -> str:
    """The message in an error response, or its HTTP reason if there is none."""
    try:
        return response.json()["message"]
    except (ValueError, KeyError, TypeError):
        return response.reason
