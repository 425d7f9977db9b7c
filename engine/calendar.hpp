// Working hours: when people work, and how long an effort takes on the clock. See devopssim/events/calendar.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "scenario.hpp"
#include "work_items.hpp"

namespace devopssim {

// Python's `divmod` and `//` of two numbers, of which the second is above 0.
inline std::pair<double, double> divmod(double value, double by) {
    double rest = std::fmod(value, by);
    double whole = (value - rest) / by;
    if (rest != 0) {
        if (rest < 0) {
            rest += by;
            whole -= 1;
        }
    } else {
        rest = std::copysign(0.0, by);
    }
    double floored;
    if (whole != 0) {
        floored = std::floor(whole);
        if (whole - floored > 0.5) floored += 1;
    } else {
        floored = std::copysign(0.0, value / by);
    }
    return {floored, rest};
}
inline double floor_divided(double value, double by) { return divmod(value, by).first; }
inline double modulo(double value, double by) { return divmod(value, by).second; }

class Calendar {
public:
    explicit Calendar(double hours_per_week, double monday = 0) : hours_per_week(hours_per_week), monday(monday) {
        const double weekday = std::min(hours_per_week / working_days, hours_per_day);
        const double opens = std::min(std::max(0.0, noon - weekday / 2), hours_per_day - weekday);
        for (int number = 0; number < working_days; ++number) days[number] = {opens, weekday, number * weekday};
        const double weekend = std::max(0.0, hours_per_week - working_days * hours_per_day) / 2;
        for (int number = 0; number < 2; ++number)
            days[working_days + number] = {(hours_per_day - weekend) / 2, weekend, working_days * weekday + number * weekend};
    }

    double hours_per_week, monday;

    bool is_continuous() const { return hours_per_week == devopssim::hours_per_week; }

    // Whether the person is on duty at a moment, and until when that stays so.
    std::pair<bool, double> shift(double time) const {
        if (is_continuous()) return {true, inf};
        const auto [begin, end] = shift_from(time);
        return begin <= time ? std::pair{true, end} : std::pair{false, begin};
    }

    // The hours on the clock that an effort takes which begins at `start`.
    double elapsed(double start, double effort) const {
        if (is_continuous()) return effort;
        const double weeks = std::trunc(floor_divided(std::max(0.0, effort - days[0].hours), hours_per_week));
        double now = start + weeks * devopssim::hours_per_week, left = effort - weeks * hours_per_week;
        while (true) {
            auto [begin, end] = shift_from(now);
            begin = std::max(begin, now);
            if (left <= end - begin) return begin + left - start;
            left -= end - begin;
            now = end;
        }
    }

    double working_hours(double start, double end) const { return until(end) - until(start); }

private:
    static constexpr int working_days = 5;
    static constexpr double noon = 13;
    struct Day {
        double opens, hours, before;
    };
    Day days[7];

    std::pair<double, double> shift_from(double time) const {
        double midnight = floor_divided(time - monday, hours_per_day);
        while (true) {
            const Day& day = days[static_cast<int>(modulo(midnight, 7))];
            const double begin = monday + midnight * hours_per_day + day.opens;
            if (day.hours != 0 && begin + day.hours > time) return {begin, begin + day.hours};
            midnight += 1;
        }
    }

    double until(double time) const {
        auto [week, rest] = divmod(time - monday, devopssim::hours_per_week);
        if (rest >= devopssim::hours_per_week) {
            week += 1;
            rest = 0;
        }
        const auto [number, hour] = divmod(rest, hours_per_day);
        const Day& day = days[static_cast<int>(number)];
        return week * hours_per_week + day.before + std::min(std::max(hour - day.opens, 0.0), day.hours);
    }
};

}  // namespace devopssim
