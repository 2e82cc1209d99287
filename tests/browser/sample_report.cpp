// Writes the report of the made-up session, for the browser to look at: sample_report FILE.html [hostile]
#include <fstream>
#include <string>

#include "report/report.hpp"
#include "unit/report/sample_input.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    rle::report::ReportInput input = rle::test::sample_input();
    if (argc > 2 && std::string(argv[2]) == "hostile") {
        rle::test::make_hostile(
            input,
            "</script><script>document.title='owned'</script><img src=http://127.0.0.1:9/x "
            "onerror=\"document.title='owned'\">");
    }
    std::ofstream file(argv[1], std::ios::binary);
    file << rle::report::html_report(input);
    return file.good() ? 0 : 1;
}
