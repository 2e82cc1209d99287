#include "sensors/sysroot.hpp"

#include <cerrno>

#include "fake_machine.hpp"
#include "support/catch.hpp"

using namespace rle;
using test::FakeMachine;

TEST_CASE("folders are listed with their numbers in order", "[sysroot]") {
    FakeMachine machine("desktop");
    machine.set("/sys/class/hwmon/hwmon10/name", "late\n");
    CHECK(machine.root().list("/sys/class/hwmon") == std::vector<std::string>{"hwmon0", "hwmon2", "hwmon10"});
    CHECK(machine.root().list("/sys/class/nothing").empty());
}

TEST_CASE("the first number of a text is read in any locale, and only a number", "[sysroot]") {
    CHECK(sensors::leading_number(" 52000\n") == 52000.0);
    CHECK(sensors::leading_number("1.5 W") == 1.5);
    CHECK_FALSE(sensors::leading_number("N/A"));
    CHECK_FALSE(sensors::leading_number(""));
}

TEST_CASE("a file that vanishes is a reason, and one that returns is read again", "[sysroot]") {
    FakeMachine machine("desktop");
    const std::string path = "/sys/class/hwmon/hwmon2/temp1_input";
    sensors::SysFile file(machine.root(), path);
    CHECK(file.number() == 52000.0);
    machine.set(path, "53000\n");
    CHECK(file.number() == 53000.0);
    machine.set(path, "");  // sysfs gives an error here, which a plain file cannot
    CHECK_FALSE(file.number());
    machine.remove(path);
    CHECK_FALSE(file.number());
    CHECK(file.error() == ENOENT);
    CHECK(file.problem() == path + ": no such file or directory");
    machine.set(path, "54000\n");
    CHECK(file.number() == 54000.0);
    CHECK(file.problem().empty());
}

TEST_CASE("what is no number and what is no file have a reason each", "[sysroot]") {
    FakeMachine machine("desktop");
    sensors::SysFile words(machine.root(), "/sys/class/hwmon/hwmon2/name");
    CHECK_FALSE(words.number());
    CHECK(words.error() == EINVAL);
    sensors::SysFile folder(machine.root(), "/sys/class/hwmon");
    CHECK_FALSE(folder.number());
    CHECK(folder.error() == EISDIR);
}
