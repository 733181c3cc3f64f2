#include <daler/script/flags.h>

#include <algorithm>
#include <array>
#include <utility>

namespace daler::script {
namespace {

constexpr std::array<std::pair<std::string_view, Flags>, 21> flag_names{{
    {"P2SH", verify_p2sh},
    {"STRICTENC", verify_strictenc},
    {"DERSIG", verify_dersig},
    {"LOW_S", verify_low_s},
    {"NULLDUMMY", verify_nulldummy},
    {"SIGPUSHONLY", verify_sigpushonly},
    {"MINIMALDATA", verify_minimaldata},
    {"DISCOURAGE_UPGRADABLE_NOPS", verify_discourage_upgradable_nops},
    {"CLEANSTACK", verify_cleanstack},
    {"CHECKLOCKTIMEVERIFY", verify_checklocktimeverify},
    {"CHECKSEQUENCEVERIFY", verify_checksequenceverify},
    {"WITNESS", verify_witness},
    {"DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM", verify_discourage_upgradable_witness_program},
    {"MINIMALIF", verify_minimalif},
    {"NULLFAIL", verify_nullfail},
    {"WITNESS_PUBKEYTYPE", verify_witness_pubkeytype},
    {"CONST_SCRIPTCODE", verify_const_scriptcode},
    {"TAPROOT", verify_taproot},
    {"DISCOURAGE_UPGRADABLE_TAPROOT_VERSION", verify_discourage_upgradable_taproot_version},
    {"DISCOURAGE_OP_SUCCESS", verify_discourage_op_success},
    {"DISCOURAGE_UPGRADABLE_PUBKEYTYPE", verify_discourage_upgradable_pubkeytype},
}};

constexpr Flags named_flags() {
    Flags all = verify_none;
    for (const auto& [name, flag] : flag_names)
        all |= flag;
    return all;
}
static_assert((named_flags() & standard_flags) == standard_flags, "a flag has no name");

}  // namespace

Flags flag_by_name(std::string_view name) {
    const auto found =
        std::ranges::find(flag_names, name, &std::pair<std::string_view, Flags>::first);
    return found == flag_names.end() ? Flags{verify_none} : found->second;
}

}  // namespace daler::script
