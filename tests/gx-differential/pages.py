"""Whether Great Expectations loads a result, and makes a page of it."""

import copy
import logging

from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema as schema
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView


class Heard(logging.Handler):
    """What is only logged: a part of a page that failed is left out of it without a word."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


heard = Heard()
logger = logging.getLogger("great_expectations")
logger.handlers, logger.propagate = [heard], False
logger.setLevel(logging.WARNING)


def complaint(document):
    """Why there is no whole page of a validation result; None where there is one, and each part of it was rendered."""
    heard.said.clear()
    try:
        loaded = schema.load(copy.deepcopy(document))
        severities = [result.expectation_config.severity.value for result in loaded.results]
        if severities != [result["expectation_config"]["severity"] for result in document["results"]]:
            return "severities are others once it is loaded"
        if len(loaded.to_json_dict()["results"]) != len(document["results"]):
            return "results are lost once it is written again"
        html = DefaultJinjaPageView().render(ValidationResultsPageRenderer(run_info_at_end=True).render(loaded))
        for result in loaded.results:
            result.render()
    except Exception as failed:  # noqa: BLE001
        return brief(f"{type(failed).__name__}: {failed}")
    if heard.said:
        return brief(heard.said[0].partition("Detailed information follows:")[2] or heard.said[0])
    return None if document["suite_name"] in html else "a page without the suite's name"


def brief(words):
    return " ".join(words.split())[:160]


def complaints(document):
    """The results of a document of which there is no page, each with the reason."""
    results = document["results"]
    why = complaint(document)
    if why is None:
        return []
    if len(results) == 1:
        return [(results[0], why)]
    half = len(results) // 2
    return [one for part in (results[:half], results[half:]) for one in complaints({**document, "results": part})]


def cannot_build(config):
    """Why Great Expectations does not even make an expectation of it; None where it does."""
    try:
        ExpectationConfiguration(type=config["type"], kwargs=copy.deepcopy(config["kwargs"])).to_domain_obj()
    except Exception as refused:  # noqa: BLE001
        return brief(f"{type(refused).__name__}: {refused}")
    return None
