// Runs replications from files that tests/equality.py wrote, without Python, so that sanitizers see the engine alone.
// A file: number of parameters, their values; number of tables, for each its rows, width and values; horizon.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../library.cpp"

namespace {

std::FILE* file;

double number() {
    double value;
    if (std::fread(&value, sizeof value, 1, file) != 1) std::exit(2);
    return value;
}

std::vector<double> numbers(double count) {
    std::vector<double> values(static_cast<std::size_t>(count));
    for (double& value : values) value = number();
    return values;
}

}  // namespace

int main(int count, char** files) {
    for (int each = 1; each < count; ++each) {
        file = std::fopen(files[each], "rb");
        if (file == nullptr) return 2;
        const std::vector<double> parameters = numbers(number());
        std::vector<std::vector<double>> values;
        std::vector<devopssim::Columns> tables;
        const auto many = static_cast<std::size_t>(number());
        for (std::size_t table = 0; table < many; ++table) {
            const double rows = number(), width = number();
            values.push_back(numbers(rows * width));
            tables.push_back({values.back().data(), static_cast<std::int64_t>(rows), static_cast<std::int64_t>(width)});
        }
        devopssim::Run* run = devopssim_run(parameters.data(), tables.data(), number(), 10'000'000);
        std::printf("%s: %lld rows, status %d\n", files[each], static_cast<long long>(devopssim_rows(run)), devopssim_status(run));
        devopssim_free(run);
        std::fclose(file);
    }
    return 0;
}
