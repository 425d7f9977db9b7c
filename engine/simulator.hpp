// The plain C interface of the engine: Python hands over parameters and tables of draws, and gets the rows of the log.
#pragma once

#include <cstdint>

#include "draws.hpp"
#include "recorder.hpp"

#if defined(_WIN32)
#define EXPORTED extern "C" __declspec(dllexport)
#else
#define EXPORTED extern "C" __attribute__((visibility("default")))
#endif

namespace devopssim {

enum class Status : std::int32_t { done, needs_rows, too_many_rows };

struct Run;

}  // namespace devopssim

// The number that changes with the interface; Python refuses another one.
EXPORTED std::int32_t devopssim_version();
// Names, one a line, in the order in which their values are given: parameters, tables, kinds of events, forms of details.
EXPORTED const char* devopssim_parameters();
EXPORTED const char* devopssim_tables();
EXPORTED const char* devopssim_kinds();
EXPORTED const char* devopssim_forms();

// Simulate until the horizon (hours); `devopssim_free` gives back what this returns.
EXPORTED devopssim::Run* devopssim_run(const double* parameters, const devopssim::Columns* tables, double horizon,
                                       std::int64_t most_rows);
EXPORTED std::int32_t devopssim_status(const devopssim::Run* run);
EXPORTED std::int64_t devopssim_needed_rows(const devopssim::Run* run);
EXPORTED std::int32_t devopssim_needed_table(const devopssim::Run* run);
// The log: the number of its rows, its columns, the details that they name, and the false findings (change and number).
EXPORTED std::int64_t devopssim_rows(const devopssim::Run* run);
EXPORTED const void* devopssim_column(const devopssim::Run* run, std::int32_t column);
EXPORTED std::int64_t devopssim_details(const devopssim::Run* run, const devopssim::Detail** details);
EXPORTED std::int64_t devopssim_false_findings(const devopssim::Run* run, const std::int32_t** findings);
EXPORTED std::int64_t devopssim_events(const devopssim::Run* run);
EXPORTED double devopssim_reached(const devopssim::Run* run);
EXPORTED void devopssim_free(devopssim::Run* run);
