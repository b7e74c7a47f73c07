"""Growth of all areas in SQL: ``read`` makes tables of a package's files, ``growth`` asks them for the library's numbers.

The files are read as they are, without the rules of a data package; days, bounds, grades and derived levels are computed as
the tables are made, so that a question starts from what the library starts from.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

_LISTS = """
create table {name} as select *, row_number() over () as place from read_csv('{folder}/codelists/{file}.csv', header = true, all_varchar = true);
"""

_READ = """
create type area as enum (select id from areas order by place);
create type indicator as enum (select id from indicators order by place);
create type source as enum (select id from sources order by place);
create macro digits(number) as case when contains(number, '.') then -length(rtrim(split_part(number, '.', 2), '0'))
                                    else length(number) - length(rtrim(number, '0')) end;
create macro first_day(point) as case length(point) when 4 then make_date(point::int, 1, 1) when 7 then (point || '-01')::date
                                                    when 10 then point::date end;
create macro last_day_of(point) as case length(point) when 4 then make_date(point::int, 12, 31) when 7 then last_day((point || '-01')::date)
                                                      when 10 then point::date end;
create table graded as select id, try_cast(assumed_date as date) as assumed, dense_rank() over (order by coalesce(family, '')) as family,
    case length(issued) when 10 then issued::date end as issued,
    case reliability when 'high' then 0 when 'medium' then 1 else 2 end + case evidence when 'report' then 0 else 3 end as grade from sources;
create temp table stated as
    with raw as (
        select ref_area::area as ref_area, indicator::indicator as indicator, coalesce(time_period, '') as time_period, measure,
               try_cast(since as date) as since, obs_value, qualifier, source::source as source, coalesce(repeated, '') = 'true' as repeated,
               row_number() over () + 1 as row
        from read_csv('{folder}/observations.csv', header = true, all_varchar = true)
    ), periods as (
        select time_period, length(time_period) = 10 and not contains(time_period, '/') as is_day,
               first_day(nullif(split_part(time_period, '/', 1), '..')) as period_start,
               last_day_of(case when contains(time_period, '/') then split_part(time_period, '/', 2) else time_period end) as period_end
        from (select distinct time_period from raw)
    ), qualified as (
        select distinct obs_value, qualifier, obs_value::double as value, pow(10.0, case obs_value when '0' then 0 else digits(obs_value) end) as unit
        from raw
    ), bounded as (
        select obs_value, qualifier, value,
               case qualifier when 'about' then value - unit / 2 when 'nearly' then value - least(unit, 0.1 * abs(value))
                              when 'less_than' then 0 else value end as lower,
               case qualifier when 'about' then value + unit / 2 when 'more_than' then 'inf'::double else value end as upper
        from qualified
    )
    select ref_area, indicator, source, measure, since, value, qualifier, lower, upper, repeated, row, grade::tinyint as grade, family, period_start, period_end,
           case when not is_day and issued between period_start and period_end then issued else period_end end as stated_date,
           case when is_day or assumed is null then period_end else assumed end as date, not is_day as date_assumed, false as derived, '' as derivation
    from raw join periods using (time_period) join bounded using (obs_value, qualifier) join graded on graded.id = raw.source;
create table figures as
    select * exclude (measure, since, repeated) from stated where measure = 'level' and not repeated and date is not null
    union all
    select level.ref_area, level.indicator, level.source, round(level.value - change.value, 9),
           case when level.qualifier = 'exact' then change.qualifier else level.qualifier end,
           level.lower - change.upper, level.upper - change.lower, level.row, level.grade, level.family,
           change.since, change.since, change.since, change.since, false, true,
           format('{{:.15g}} − {{:.15g}}', level.value, change.value)
    from stated level join stated change using (ref_area, indicator, source, date)
    where level.measure = 'level' and change.measure = 'change';
drop table stated;
create table prices as select ref_area, time_period::int as year, obs_value::double as price from read_csv('{folder}/deflators.csv', all_varchar = true)
    where index = 'cpi';
create table area_prices as
    with recursive above(id, place, steps) as (
        select id, id, 0 from areas
        union all
        select above.id, areas.parent, steps + 1 from above join areas on areas.id = above.place
        where areas.parent is not null and above.place not in (select ref_area from prices)
    )
    select above.id::area as ref_area, year, price from above join prices on prices.ref_area = above.place;
"""

_GROWTH = """
with dated as (
    select figures.*, year(date) = $end as is_end, (indicators.kind = 'flow')::int * case when period_start is null or period_end is null
           or period_start = period_end then 12 else date_diff('month', period_start, period_end + 1) end as months
    from figures join indicators on indicators.id = figures.indicator
    where date between make_date($start, 1, 1) and make_date($start, 12, 31) or date between make_date($end, 1, 1) and make_date($end, 12, 31)
), basis as (
    select distinct ref_area, indicator, months, family, true as common from dated where not is_end
), at_end as (
    select dated.* from dated left join basis using (ref_area, indicator, months, family) where is_end
    qualify row_number() over (
        partition by ref_area, indicator order by common nulls last, case when common then months else 0 end desc, date desc, grade, row
    ) = 1
), at_start as (
    select dated.* from dated left join at_end using (ref_area, indicator) where not dated.is_end
    qualify row_number() over (
        partition by ref_area, indicator
        order by coalesce(dated.months = at_end.months and dated.family = at_end.family, false) desc, dated.date desc, dated.grade, dated.row
    ) = 1
), series as (
    select distinct ref_area, indicator from figures
), paired as (
    select series.ref_area, series.indicator, unit, monetary = 'true' as monetary, "group", kind, sort_key::int as sort_key, {sides},
           coalesce(s.source = e.source, false) as same_source, prices_start.price as price_start, prices_end.price as price_end,
           case when s.value is null and e.value is null then 'no_observation' when s.value is null then 'no_observation_at_start'
                when e.value is null then 'no_observation_at_end' when s.months <> e.months then 'unequal_periods'
                when s.family <> e.family then 'other_family' else '' end as why,
           year(e.date) - year(s.date) as calendar, calendar - (s.date + to_years(calendar::int) > e.date)::int as whole,
           whole + date_diff('day', (s.date + to_years(whole::int))::date, e.date)::double
                 / date_diff('day', (s.date + to_years(whole::int))::date, (s.date + to_years((whole + 1)::int))::date) as years
    from series join indicators on indicators.id = series.indicator
    left join at_start s using (ref_area, indicator) left join at_end e using (ref_area, indicator)
    left join (from area_prices where year = $start) prices_start using (ref_area)
    left join (from area_prices where year = $end) prices_end using (ref_area)
), compared as (
    select *, case when why <> '' then why when start_value <= 0 then 'zero_base' when years <= 0 then 'one_point' else '' end as reason,
           case when why = '' then end_value - start_value end as change,
           case when why = '' and start_value <> 0 then end_value / start_value end as multiple,
           case when why = '' and start_value > 0 and end_value >= 0 and years > 0 then pow(end_value / start_value, 1 / years) - 1 end as cagr,
           case when why = '' and start_lower >= 0 and start_upper > 0 and end_lower >= 0 and years > 0 then
                pow(end_lower / start_upper, 1 / years) - 1 end as cagr_low,
           case when why = '' and start_lower >= 0 and start_upper > 0 and end_lower >= 0 and years > 0 then
                case when start_lower > 0 then pow(end_upper / start_lower, 1 / years) - 1 when end_upper > 0 then 'inf'::double else -1 end
                end as cagr_high,
           case when monetary then price_end / price_start end as price_multiple,
           case when not monetary then 'not_monetary' when price_multiple is null then 'no_price_index' else reason end as real_reason,
           pow(price_multiple, 1 / years) as yearly
    from paired
)
select * exclude (why, calendar, whole, price_start, price_end, yearly), $start as start_year, $end as end_year, $end as price_base,
       case when cagr > 0 then ln(2) / ln(1 + cagr) end as doubling_time,
       case when real_reason = '' then start_value * price_multiple end as real_start_value, case when real_reason = '' then end_value end as real_end_value,
       case when real_reason = '' then multiple / price_multiple end as real_multiple,
       case when real_reason = '' then (1 + cagr) / yearly - 1 end as real_cagr,
       case when real_reason = '' then (1 + cagr_low) / yearly - 1 end as real_cagr_low,
       case when real_reason = '' then (1 + cagr_high) / yearly - 1 end as real_cagr_high,
       case when real_cagr > 0 then ln(2) / ln(1 + real_cagr) end as real_doubling_time,
       case when monetary then real_multiple else multiple end as comparable_multiple, case when monetary then real_cagr else cagr end as comparable_cagr,
       case when monetary and kind = 'stock' then 'annual_average_for_stock' else '' end as price_note
from compared order by ref_area, sort_key
"""
SIDE = ("date", "stated_date", "value", "qualifier", "lower", "upper", "derived", "derivation", "date_assumed", "source", "row")


def read(folder: Path, threads: int) -> duckdb.DuckDBPyConnection:
    """A database in memory with the tables that :func:`growth` asks."""
    base = duckdb.connect(config={"threads": threads})
    for name, file in (("areas", "ref_area"), ("indicators", "indicator"), ("sources", "source")):
        base.execute(_LISTS.format(name=name, folder=folder, file=file))
    base.execute(_READ.format(folder=folder))
    return base


def growth(base: duckdb.DuckDBPyConnection, start: int, end: int) -> pd.DataFrame:
    """The growth table, fetched as a frame."""
    flags = ("derived", "date_assumed")
    sides = [
        f"{f'coalesce({short}.{name}, false)' if name in flags else f'{short}.{name}'} as {side}_{name}"
        for short, side in (("s", "start"), ("e", "end"))
        for name in SIDE
    ]
    return base.execute(_GROWTH.format(sides=", ".join(sides)), {"start": start, "end": end}).df()
