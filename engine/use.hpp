// How much the service is used: fully in working hours, less at night and on weekends. See devopssim/simulation/use.py.
#pragma once

#include "calendar.hpp"

namespace devopssim {

class ServiceUse {
public:
    ServiceUse(const Calendar& calendar, double quiet)
        : calendar(calendar),
          busy_rate(hours_per_week / (calendar.hours_per_week + quiet * (hours_per_week - calendar.hours_per_week))),
          quiet_rate(quiet * busy_rate) {}

    // The time on the clock in which the service has so many hours of average use.
    double elapsed(double start, double hours) const {
        if (calendar.is_continuous() || hours == inf) return hours;
        auto [weeks, left] = divmod(hours, hours_per_week);
        double now = start;
        while (left > 0) {
            const auto [busy, until] = calendar.shift(now);
            const double rate = busy ? busy_rate : quiet_rate;
            if (left <= rate * (until - now)) {
                now += left / rate;
                break;
            }
            left -= rate * (until - now);
            now = until;
        }
        return weeks * hours_per_week + now - start;
    }

private:
    const Calendar& calendar;
    double busy_rate, quiet_rate;
};

}  // namespace devopssim
