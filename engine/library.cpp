// All of the engine in one unit, so that any C++20 compiler builds it with one command.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wsubobject-linkage"  // the sources are the main file here, though they are included
#endif

#include "assistance.cpp"
#include "development.cpp"
#include "events.cpp"
#include "organisation.cpp"
#include "people.cpp"
#include "pipeline.cpp"
#include "production.cpp"
#include "release.cpp"
#include "repairs.cpp"
#include "reviews.cpp"
#include "scanning.cpp"
#include "security.cpp"
#include "simulator.cpp"
#include "staff.cpp"
#include "workflows.cpp"
