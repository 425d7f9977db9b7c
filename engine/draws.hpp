// What is drawn ahead, in Python, as tables: each occurrence takes the next row. See devopssim/simulation/draws.py.
//
// A table that ends too early stops the run; Python lengthens it and starts the run again. Its rows stay the same.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "events.hpp"
#include "scenario.hpp"

namespace devopssim {

struct Columns {
    const double* values;
    std::int64_t rows, width;
};

// Tables in the order in which Python hands them over; those of the hosts and then of the pipeline's steps follow.
#define TABLES(T) \
    T(items) T(changes) T(defects) T(vulnerabilities) T(disclosures) T(incidents) T(main) T(canaries) T(repairs) \
    T(checks_of_repairs) T(assistance_of_repairs) T(bad_fixes) T(interruptions) T(turnover) T(steps) T(skills) \
    T(false_findings) T(late_fix_factor) T(learning) T(untrained) T(no_conflict) T(log2) T(found_after) T(slow_down)
#define NAME(name) name,
enum class TableName : int { TABLES(NAME) first_of_hosts };
#undef NAME
#define NAME(name) #name "\n"
inline constexpr char table_names[] = TABLES(NAME);
#undef NAME

// What stopped a run before its end: a table, and how many rows it needs at least.
struct Needed {
    int table = -1;
    std::int64_t rows = 0;
};

class Draws {
public:
    Draws(Environment& env, const Columns* tables) : env(env), tables(tables) {}

    template <class Row>
    const Row& row(int table, std::int64_t number) {
        const Columns& columns = tables[table];
        if (number < columns.rows) return reinterpret_cast<const Row*>(columns.values)[number];
        if (needed.table < 0) needed = {table, number + 1};
        env.stop();
        static constexpr double nothing[64] = {};
        return *reinterpret_cast<const Row*>(nothing);
    }
    template <class Row>
    const Row& row(TableName table, std::int64_t number) { return row<Row>(static_cast<int>(table), number); }
    double value(TableName table, std::int64_t number) { return row<double>(table, number); }
    std::int64_t rows(TableName table) const { return tables[static_cast<int>(table)].rows; }

    Needed needed;

private:
    Environment& env;
    const Columns* tables;
};

// A table whose rows are taken one after the other.
template <class Row>
class DrawTable {
public:
    DrawTable(Draws& draws, TableName table) : draws(draws), table(static_cast<int>(table)) {}
    DrawTable(Draws& draws, int table) : draws(draws), table(table) {}
    const Row& next_row() { return draws.row<Row>(table, taken++); }

private:
    Draws& draws;
    int table;
    std::int64_t taken = 0;
};

// The count at probability `draw` of the Poisson distribution with this mean; `none` is the probability of 0.
inline std::int64_t poisson_quantile(double mean, double none, double draw) {
    constexpr std::int64_t largest_count = 100'000;
    std::int64_t count = 0;
    double probability = none, cumulative = none;
    while (draw > cumulative && probability > 0 && count < largest_count) {
        ++count;
        probability *= mean / static_cast<double>(count);
        cumulative += probability;
    }
    return count;
}

}  // namespace devopssim
