"""What every metric promises: reachable by name, one answer for scalars, lists, arrays and series, input untouched."""

import dataclasses
import doctest
import importlib

import numpy as np
import pandas as pd
import pytest

from coopanalysis import metrics

NAN, INF, EDGES = np.nan, np.inf, [0.0, -2.0, 1.0, np.nan]
DATES = ["2003-12-31", "2004-02-29", "", "2018-12-31", "1969-07-20"]
LATER = ["2018-12-31", "2019-03-01", "2018-12-31", "2019-01-01", "2030-12-31"]
DAY_ARGUMENTS = {"start_date", "end_date", "date", "start", "end"}

# One list of values for each argument, the same length within a function; scalars stay scalars (a model, a direction).
CASES = {
    "years_between": {"start": DATES, "end": LATER},
    "cagr": {"start_value": [*EDGES, 34], "end_value": [1, 2, 0, 4, 108], "years": [15, 2, 3, 4, 15]},
    "required_cagr": {"start_value": [*EDGES, 108], "target_value": [1, 2, 0, 4, 210], "years": [15, 2, 3, 4, 7.5]},
    "percent_change": {"earlier": [*EDGES, 4], "later": [1, 2, 3, 4, 5]},
    "doubling_time": {"rate": [*EDGES, 0.08]},
    "real_growth": {"nominal_growth": [*EDGES, 0.2], "inflation": [0.1, 0.1, -1, 0.1, 0.05]},
    "interval_cagr": {"start": ([0, 1, 2, NAN], [0, 2, INF, 3]), "end": ([1, 2, 3, 4], [1, INF, 3, 5]), "years": [3, 4, 5, 6]},
    "deflate": {"nominal": [*EDGES, 150], "cpi": [100, 0, 80, 90, 120], "cpi_base": [100, 100, -1, 100, 100]},
    "ratio": {"numerator": [*EDGES, 9], "denominator": [0, 0, 4, 4, -3]},
    "interval_ratio": {"numerator": ([-3, 0, 1, NAN], [2, 0, INF, 3]), "denominator": ([0, 1, 2, 3], [5, INF, 2, 4])},
    "logarithmic_mean": {"a": [*EDGES, 5, 5], "b": [3, 3, 1, 3, 5, 5.000001]},
    "project_linear": {"start_value": [1, 2, 3, NAN, 5], "start_date": DATES, "end_value": [9, 8, 7, 6, 5], "end_date": LATER, "date": "2025-06-30"},
    "project_exponential": {"start_value": [0, 2, 3, NAN, 5], "start_date": DATES, "end_value": [9, 0, 7, 6, 5], "end_date": LATER, "date": LATER},
    "date_target_reached": {
        "start_value": [1, 2, 3, NAN, 5],
        "start_date": DATES,
        "end_value": [9, 8, 7, 6, 5],
        "end_date": LATER,
        "target": [12, 1, 9, 9, 5],
        "model": "linear",
    },
    "eurostat_ratio": {
        "base_value": [100, 0, 100, NAN, 100],
        "base_year": [2003, 2003, 2010, 2003, 2003.5],
        "current_value": [120, 9, 90, 1, 80],
        "current_year": 2018,
        "target": [150, 9, 100, 1, 50],
        "target_year": [2025, 2025, 2030, 2025, 2025],
        "direction": [1, 1, 1, 1, -1],
    },
    "eurostat_class": {"ratio": [*EDGES, 0.95, 0.6, 0.3]},
    "stretch_ratio": {"past_cagr": [*EDGES, 0.08], "required_cagr": [0, 0.1, 0.1, 0.1, 0.1]},
    "open_sdg_progress": {
        "base_value": [100, 0, 90, 90, 100],
        "base_year": 2003,
        "current_value": [120, 9, 91, 80, 500],
        "current_year": 2018,
        "target": [150, 9, None, None, 150],
        "target_year": [2025, 2025, None, None, 2025],
        "direction": [1, 1, 1, -1, 1],
        "limit": [None, None, 100, NAN, 100],
    },
    "escap_current_status": {"base": [*EDGES, 4], "current": [5, 5, 1, 5, 6], "target": [10, 10, 1, 10, -3], "direction": [1, -1, 1, 1, -1]},
    "escap_gap": {"base": [*EDGES, 4], "projected": [5, 5, 0, 5, 6], "target": [10, 10, 1, 10, -3], "direction": [1, -1, 1, 1, -1]},
    "sdsn_trend": {"annual_change": [*EDGES, 0.3], "required_annual_change": [1, 1, 0, 1, 0.5]},
    "unsd_expected_share": {
        "base": [*EDGES, 100],
        "base_year": 2003,
        "latest": [1, 2, 3, 4, 150],
        "latest_year": [2018, 2018, 2003, 2018, 2018],
        "target": [5, 6, 7, 8, 300],
        "target_year": 2030,
    },
    "bounds": {"value": [210, 0, NAN, -31.5, 7], "qualifier": ["about", "exact", "nearly", "more_than", "less_than"]},
}
# These work on a whole series or table at once; their own tests compare tables with single rows.
WHOLE_SERIES = {
    "rebase",
    "chain_growth",
    "loglinear_growth",
    "escap_weighted_projection",
    "shapley_product",
    "lmdi_additive",
    "lmdi_additive_by_row",
    "lmdi_multiplicative",
}
TABLES = {"growth_table", "ratio_table", "decomposition_table", "progress_table", "progress_summary", "consistency_table", "consistency_summary"}
INDEX = list("zyxwvut")


def parts(result):
    """A result as a list of its fields or ends."""
    if dataclasses.is_dataclass(result):
        return [getattr(result, field.name) for field in dataclasses.fields(result)]
    return list(result) if isinstance(result, tuple) else [result]


def shaped(arguments, form):
    """The same arguments with every list (also inside pairs) in another form."""

    def one(value):
        return form(value) if isinstance(value, list) else value

    return {name: tuple(map(one, value)) if isinstance(value, tuple) else one(value) for name, value in arguments.items()}


def at(arguments, place):
    def one(value):
        return value[place] if isinstance(value, list) else value

    return {name: tuple(map(one, value)) if isinstance(value, tuple) else one(value) for name, value in arguments.items()}


def as_array(values):
    return np.array(values, dtype=object if any(value is None for value in values) else None)


def as_series(values):
    return pd.Series(values, index=INDEX[: len(values)])


def same(found, expected):
    missing = pd.isna(expected) and expected is not None
    if missing or expected is None:
        return found is None if expected is None else bool(pd.isna(found))
    return found == (pytest.approx(expected, rel=1e-12) if isinstance(expected, float) else expected)


def test_every_public_name_is_either_here_or_works_on_whole_series():
    assert set(CASES) | WHOLE_SERIES | TABLES == set(metrics.__all__)
    for name in metrics.__all__:
        assert callable(getattr(metrics, name))
        assert getattr(metrics, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'cagrr'"):
        metrics.cagrr  # noqa: B018


@pytest.mark.parametrize("name", CASES)
def test_vectorised_equals_scalar(name):
    function, arguments = getattr(metrics, name), CASES[name]
    size = max(len(one) for value in arguments.values() for one in (value if isinstance(value, tuple) else [value]) if isinstance(one, list))
    scalars = [parts(function(**at(arguments, place))) for place in range(size)]
    for values in scalars:
        assert all(type(value) in (float, str, type(None), pd.Timestamp, type(pd.NaT)) for value in values)
    for form, kind in ((list, np.ndarray), (as_array, np.ndarray), (as_series, pd.Series)):
        results = parts(function(**shaped(arguments, form)))
        for number, result in enumerate(results):
            assert type(result) is kind
            if kind is pd.Series:
                assert result.index.tolist() == INDEX[:size]
            for place, value in enumerate(pd.Series(result, dtype=result.dtype).tolist()):
                assert same(value, scalars[place][number]), (form, place, value, scalars[place][number])


@pytest.mark.parametrize("name", CASES)
def test_input_stays_as_it_was(name):
    arguments = shaped(CASES[name], as_series)
    series = [one for value in arguments.values() for one in (value if isinstance(value, tuple) else [value]) if isinstance(one, pd.Series)]
    before = [one.copy(deep=True) for one in series]
    results = parts(getattr(metrics, name)(**arguments))
    for one, copy in zip(series, before, strict=True):
        pd.testing.assert_series_equal(one, copy)
    for result in results:  # and what comes out is the caller's own to change
        result.iloc[0] = result.iloc[-1]
    for one, copy in zip(series, before, strict=True):
        pd.testing.assert_series_equal(one, copy)


@pytest.mark.parametrize("name", sorted(set(CASES) - {"bounds"}))
def test_empty_in_empty_out(name):
    for form in (list, as_series):
        for result in parts(getattr(metrics, name)(**shaped(CASES[name], lambda values, form=form: form(values[:0])))):
            assert len(result) == 0


@pytest.mark.parametrize("name", [name for name in CASES if name not in {"doubling_time", "eurostat_class", "bounds"}])
def test_shapes_that_do_not_fit_are_refused_by_name(name):
    arguments = dict(CASES[name])
    last = [key for key, value in arguments.items() if isinstance(value, list | tuple)][-1]
    value = arguments[last]
    arguments[last] = tuple(one + one[:1] for one in value) if isinstance(value, tuple) else value + value[:1]
    with pytest.raises(ValueError, match=rf"^{last}(_low)?: \d+ values, but .* has \d+$"):
        getattr(metrics, name)(**arguments)


@pytest.mark.parametrize("missing", [None, pd.NA, np.nan])
def test_missing_numbers_of_every_kind(missing):
    assert np.isnan(metrics.ratio(missing, 3))
    np.testing.assert_array_equal(metrics.ratio([missing, 6], 3), [np.nan, 2])
    assert metrics.ratio(pd.Series([missing, 6], dtype="Float64"), 3).tolist()[1] == 2
    assert np.isnan(metrics.ratio(pd.Series([missing, 6], dtype=object), 3)[0])


@pytest.mark.parametrize(
    "wrong",
    [
        "34",
        ["34"],
        pd.Series(["34"]),
        pd.Timestamp("2018-12-31"),
        pd.Series(pd.to_datetime(["2018-12-31"])),
        [[1], [1, 2]],
        pd.DataFrame({"a": [1.0]}),
        pd.Series(["1.650"], dtype=object),
        object(),
        1j,
        10**400,
        [10**5000],
        [1, 10**400],
        {1, 2},
    ],
)
def test_what_is_no_number_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=r"^numerator: "):
        metrics.ratio(wrong, 3)


# One right call of each; every argument in turn is replaced by what it cannot be.
RIGHT = {name: CASES[name] for name in CASES if name != "bounds"} | {
    "chain_growth": {"rates": [0.1, 0.2], "years": [1, 3]},
    "loglinear_growth": {"t": [2015, 2016, 2018], "y": [1, 2, 3]},
    "escap_weighted_projection": {"years": [2015, 2016], "values": [1, 2], "target_year": 2030},
    **{name: {"x0": [1, 2], "x1": [2, 3]} for name in ("shapley_product", "lmdi_additive", "lmdi_additive_by_row", "lmdi_multiplicative")},
    "rebase": {"index": pd.Series({2010: 100.0, 2018: 160.0}), "new_base": 2018},
}


@pytest.mark.parametrize(("name", "argument"), [(name, argument) for name, arguments in RIGHT.items() for argument in arguments])
def test_a_wrong_argument_is_a_value_error_that_names_it(name, argument):
    right = at(RIGHT[name], 0) if name in CASES else RIGHT[name]
    for wrong in ("x", ["x", "y"], pd.DataFrame({"a": ["x", "y"], "b": ["z", "z"]}), object(), 10**400, 10**5000, [[1], [1, 2]], len):
        with pytest.raises(ValueError, match=rf"^{argument}(_low|_high)?: "):
            getattr(metrics, name)(**{**right, argument: wrong})


@pytest.mark.parametrize("year", ["2030", None, np.nan, [2030], np.inf, {}, "next"])
def test_the_target_year_is_one_number(year):
    with pytest.raises(ValueError, match=r"^target_year: expected one year such as 2030, found "):
        metrics.escap_weighted_projection([2015, 2016, 2018], [10, 12, 16], year)


@pytest.mark.parametrize("name", ["lmdi_additive", "lmdi_additive_by_row", "lmdi_multiplicative", "shapley_product"])
def test_a_table_of_text_is_refused_by_argument_and_column(name):
    text, numbers = pd.DataFrame({"a": [1.0], "b": ["1.650"]}), pd.DataFrame({"a": [1.0], "b": [2.0]})
    with pytest.raises(ValueError, match=r"^x0: column 'b': expected numbers"):
        getattr(metrics, name)(text, numbers)
    with pytest.raises(ValueError, match=r"^x1: column 'b': expected numbers"):
        getattr(metrics, name)(numbers, text)


def test_tables_of_two_dimensions_and_numpy_scalars():
    assert metrics.ratio(np.ones((2, 3)), 2).tolist() == [[0.5] * 3] * 2
    for number in (np.float32(1), np.int64(1), np.array(1.0), True):
        assert type(metrics.ratio(number, 2)) is float


@pytest.mark.parametrize(
    "module", ["time", "growth", "deflation", "ratios", "decomposition", "projection", "progress", "other_methods", "rarely_used", "intervals"]
)
def test_examples_in_the_docstrings(module):
    found = importlib.import_module(f"coopanalysis.metrics.{module}")
    outcome = doctest.testmod(found)
    assert outcome.failed == 0
