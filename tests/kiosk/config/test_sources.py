"""Environment and arguments."""

from assets.texts import Texts
from kiosk.config.origin import SourceKind
from kiosk.config.sources import from_arguments, from_environment


def test_variables_of_other_programs_are_left_alone() -> None:
    assert from_environment({"PATH": "/bin", "hailong_gpio_pins": "x", "HAILON": "1"}).entries == ()


def test_an_unknown_variable_is_a_problem_with_a_guess() -> None:
    (problem,) = from_environment({"HAILONG_GPIO_PIN": "1"}).problems
    assert problem.render(Texts("en")) == (
        "environment variable HAILONG_GPIO_PIN: There is no such option. Did you mean HAILONG_GPIO_PINS?"
    )


def test_a_variable_is_text_and_says_its_name() -> None:
    (entry,) = from_environment({"HAILONG_VISIT_REPEAT_INTERVAL_S": "4"}).entries
    assert (entry.key, entry.raw, entry.is_text) == ("visit.repeat_interval_s", "4", True)
    assert (entry.origin.kind, entry.origin.name) == (
        SourceKind.ENVIRONMENT,
        "HAILONG_VISIT_REPEAT_INTERVAL_S",
    )


def test_an_unknown_argument_is_a_problem() -> None:
    (problem,) = from_arguments({"screen.widht": 1}).problems
    assert problem.render(Texts("en")) == (
        "command line: screen.widht: There is no such option. Did you mean screen.width?"
    )


def test_what_is_set_for_a_central_server_in_the_same_shell_is_none_of_ours() -> None:
    layer = from_environment({"HAILONG_CENTRAL_URL": "https://central.example", "HAILONG_CENTRAL": "x"})
    assert [problem.origin.name for problem in layer.problems] == ["HAILONG_CENTRAL"]
