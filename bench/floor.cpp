// floor TELEMETRY TRAINING OUT: what the job costs at the least. No checks, no RLE, no clocks: numbers are
// read by position, the nearest step is put beside each row, cells are copied through, and 61 lags are summed
// directly. One thread; everything in memory.
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Rows {
    std::string text;
    std::vector<std::string_view> lines;
    std::vector<double> t_s;
};

std::string_view cell(std::string_view line, int column) {
    for (; column > 0; --column) line.remove_prefix(line.find(',') + 1);
    return line.substr(0, line.find(','));
}

double number(std::string_view text) {
    double value = NAN;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Rows read(const char* path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    Rows rows;
    rows.text.resize(static_cast<std::size_t>(file.tellg()));
    file.seekg(0);
    file.read(rows.text.data(), static_cast<std::streamsize>(rows.text.size()));
    std::string_view rest = rows.text;
    rest.remove_prefix(rest.find('\n') + 1);
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        rows.lines.push_back(rest.substr(0, end));
        rows.t_s.push_back(number(cell(rows.lines.back(), 1)));
        rest.remove_prefix(end + 1);
    }
    return rows;
}

double r_at(const std::vector<double>& x, const std::vector<double>& y, std::ptrdiff_t shift) {
    const auto n = static_cast<std::ptrdiff_t>(y.size());
    const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, -shift), end = std::min(n, n - shift);
    const auto at = [](const std::vector<double>& v, std::ptrdiff_t i) {
        return v[static_cast<std::size_t>(i)];
    };
    double sx = 0, sy = 0, xx = 0, xy = 0, yy = 0;
    for (std::ptrdiff_t i = begin; i < end; ++i) {
        sx += at(x, i + shift);
        sy += at(y, i);
    }
    const double mx = sx / static_cast<double>(end - begin), my = sy / static_cast<double>(end - begin);
    for (std::ptrdiff_t i = begin; i < end; ++i) {
        const double a = at(x, i + shift) - mx, b = at(y, i) - my;
        xx += a * a;
        xy += a * b;
        yy += b * b;
    }
    return xy / std::sqrt(xx * yy);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const Rows telemetry = read(argv[1]), steps = read(argv[2]);
    std::vector<double> norm, temp;
    std::string out;
    std::size_t near = 0;
    for (std::size_t i = 0; i < telemetry.lines.size(); ++i) {
        const double t = telemetry.t_s[i];
        while (near + 1 < steps.t_s.size() &&
               std::abs(steps.t_s[near + 1] - t) < std::abs(t - steps.t_s[near]))
            ++near;
        const std::string_view step = steps.lines[near];
        norm.push_back(number(cell(step, 5)));
        temp.push_back(number(cell(telemetry.lines[i], 3)));
        out.append(telemetry.lines[i])
            .append(",")
            .append(step.substr(step.find(',', step.find(',') + 1) + 1))
            .append("\n");
    }
    std::ofstream(argv[3], std::ios::binary).write(out.data(), static_cast<std::streamsize>(out.size()));
    std::printf("{\"n_samples\": %zu, \"r\": [", norm.size());
    for (int lag = -30; lag <= 30; ++lag)
        std::printf("%s%.17g", lag > -30 ? ", " : "", r_at(norm, temp, lag));
    std::printf("]}\n");
}
