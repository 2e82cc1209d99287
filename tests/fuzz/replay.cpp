// Runs the fuzz target over every file below the folders named on the command line, whole and with bytes
// changed: what ctest does where there is no libFuzzer. The changes are drawn with a fixed seed, so that a
// failure comes again.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

namespace {

void feed(const std::string& bytes) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

// Replaces, removes or repeats a few bytes.
std::string changed(std::string bytes, std::mt19937& random) {
    constexpr char kTelling[] = "\",;\n\r\t{}[]:'|#=0-.e\0\xff";
    for (int i = 0; i < 3 && !bytes.empty(); ++i) {
        const std::size_t at = random() % bytes.size();
        switch (random() % 3) {
            case 0:
                bytes[at] = kTelling[random() % (sizeof kTelling - 1)];
                break;
            case 1:
                bytes.erase(at, 1 + random() % 20);
                break;
            default:
                bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 40));
                break;
        }
    }
    return bytes;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr int kChanges = 200;
    std::mt19937 random(11);
    int files = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
            if (!entry.is_regular_file()) continue;
            std::ifstream in(entry.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(in), {}};
            std::fprintf(stderr, "%s\n", entry.path().c_str());
            feed(bytes);
            for (int k = 0; k < kChanges; ++k) feed(changed(bytes, random));
            ++files;
        }
    }
    return files > 0 ? 0 : 1;
}
