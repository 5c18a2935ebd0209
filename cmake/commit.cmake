# Writes the commit of the sources in SOURCE to FILE, if it changes: 12 digits, with "-dirty" if tracked files differ from
# it. In an archive that git has written, .git_archival.txt names it. Otherwise it is "unknown".
set(commit unknown)
execute_process(COMMAND git -C ${SOURCE} rev-parse --show-toplevel
                OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
file(REAL_PATH ${SOURCE} source)
if(failed STREQUAL 0 AND top STREQUAL source) # not a repository around an unpacked archive
    execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
                    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(failed STREQUAL 0)
        set(commit ${described})
    endif()
elseif(EXISTS ${SOURCE}/.git_archival.txt)
    file(STRINGS ${SOURCE}/.git_archival.txt line REGEX "^commit: [0-9a-f]+$")
    if(line)
        string(SUBSTRING ${line} 8 12 commit)
    endif()
endif()
file(CONFIGURE OUTPUT ${FILE} CONTENT "${commit}\n" @ONLY)
