! An external program in Fortran: impls/PROTOCOL.md in one file, for models with one layer, in f64 and f32.
! Arrays are in C order, so Fortran sees them transposed: x(columns, rows).
! The training is at the end: this file includes it, that is itself, once for each precision.
#ifndef PRECISION
module protocol
    use, intrinsic :: iso_fortran_env, only: int8, real32, real64
    implicit none
    integer :: requests, answers
contains
    subroutine send(message)
        character(*), intent(in) :: message
        write (answers, '(a)') message
        flush (answers)
    end subroutine

    logical function receive(line) ! false at the end of the file
        character(:), allocatable, intent(out) :: line
        character(1024) :: part
        integer :: length, status
        line = ''
        do
            read (requests, '(a)', advance='no', size=length, iostat=status) part
            line = line//part(:length)
            if (status /= 0) exit
        end do
        receive = is_iostat_eor(status)
    end function

    ! A reader for these messages, not for all of JSON: keys are found by name wherever they are, and texts
    ! must not contain escapes. `after` returns what follows a key and its colon, or nothing without the key.
    pure recursive function after(line, key) result(rest)
        character(*), intent(in) :: line, key
        character(:), allocatable :: rest
        integer :: at
        rest = ''
        at = index(line, '"'//key//'"')
        if (at == 0) return
        rest = adjustl(line(at + len(key) + 2:))
        if (index(rest, ':') == 1) then
            rest = adjustl(rest(2:))
        else
            rest = after(rest, key) ! that was a value
        end if
    end function

    function text(line, key)
        character(*), intent(in) :: line, key
        character(:), allocatable :: text
        text = after(line, key)
        if (index(text, '"') /= 1) error stop 'a text is missing in a message'
        text = text(2:index(text(2:), '"'))
        if (index(text, achar(92)) > 0) error stop 'texts with escapes are not supported'
    end function

    real(real64) function number(line, key)
        character(*), intent(in) :: line, key
        character(:), allocatable :: rest
        rest = after(line, key)
        read (rest(:scan(rest, ',]}') - 1), *) number
    end function

    subroutine load(path, values)
        character(*), intent(in) :: path
        class(*), intent(inout) :: values(:, :)
        integer(int8) :: head(10) ! magic, version, and the length of the header that follows
        integer :: file, data
        open (newunit=file, file=path, access='stream', action='read', status='old')
        read (file) head
        data = 11 + iand(int(head(9)), 255) + 256*iand(int(head(10)), 255)
        select type (values)
        type is (real(real32)); read (file, pos=data) values
        type is (real(real64)); read (file, pos=data) values
        end select
        close (file)
    end subroutine

    subroutine save(path, values)
        character(*), intent(in) :: path
        class(*), intent(in) :: values(:, :)
        character(118) :: head
        integer :: file
        write (head, '(a, i0, a, i0, a, i0, a)') "{'descr': '<f", storage_size(values)/8, &
            "', 'fortran_order': False, 'shape': (", size(values, 2), ', ', size(values, 1), '), }'
        head(118:) = new_line('a')
        open (newunit=file, file=path, access='stream', action='write', status='replace')
        write (file) char(147), 'NUMPY', char(1), char(0), char(118), char(0), head
        select type (values)
        type is (real(real32)); write (file) values
        type is (real(real64)); write (file) values
        end select
        close (file)
    end subroutine
end module

#define PRECISION
module training_f32
    use, intrinsic :: iso_fortran_env, only: precision => real32
#include "reference.F90"
end module

module training_f64
    use, intrinsic :: iso_fortran_env, only: precision => real64
#include "reference.F90"
end module

program reference
    use protocol
    use training_f32, only: take_f32 => take, train_f32 => train
    use training_f64, only: take_f64 => take, train_f64 => train
    implicit none
    character(:), allocatable :: line, layers
    logical :: single = .false., checked
    integer :: epochs

    open (newunit=requests, file='/dev/fd/3', action='read')
    open (newunit=answers, file='/dev/fd/4', action='write')
    call send('{"type":"hello","version":1}')
    do while (receive(line))
        select case (text(line, 'type'))
        case ('describe')
            call send('{"type":"impls","impls":[{"name":"fortran","available":true,"flags":1}]}')
        case ('problem')
            layers = after(line, 'layers')
            layers = layers(2:index(layers, ']') - 1)
            single = text(line, 'dtype') == 'f32'
            if (index(layers, ',') /= index(layers, ',', back=.true.)) then ! more than two numbers
                call send('{"type":"error","status":"unsupported","message":"only models with one layer"}')
                cycle
            end if
            if (single) call take_f32(line, layers)
            if (.not. single) call take_f64(line, layers)
            call send('{"type":"ready"}')
        case ('train')
            epochs = int(number(line, 'epochs'))
            checked = text(line, 'pass') == 'checked'
            if (single) call train_f32(text(line, 'out'), epochs, checked)
            if (.not. single) call train_f64(text(line, 'out'), epochs, checked)
        case default
            error stop 'a message of unknown type'
        end select
    end do
end program
#else
    use, intrinsic :: iso_fortran_env, only: real64
    use protocol
    implicit none
    character(:), allocatable, private :: loss, name_w, name_b ! the loss is half_mse, mse or bce
    real(precision), private :: lr
    real(precision), allocatable, private :: x(:, :), x_by_column(:, :), y(:, :), x_test(:, :)
    real(precision), allocatable, private :: start_w(:, :), start_b(:, :) ! (outputs, columns), (outputs, 1)
    private :: predictions, loss_of
contains
    subroutine take(problem, layers)
        character(*), intent(in) :: problem, layers
        character(:), allocatable :: params
        integer :: rows, tests, n(2)
        read (layers, *) n
        rows = int(number(problem, 'rows'))
        tests = int(number(problem, 'test_rows'))
        lr = real(number(problem, 'lr'), precision)
        loss = text(problem, 'loss')
        if (allocated(x)) deallocate (x, y, x_test, start_w, start_b)
        allocate (x(n(1), rows), y(n(2), rows), x_test(n(1), tests), start_w(n(2), n(1)), start_b(n(2), 1))
        call load(text(problem, 'x'), x)
        call load(text(problem, 'y'), y)
        call load(text(problem, 'x_test'), x_test)
        params = after(problem, 'params') ! a list of two: the weights, then the bias
        name_w = text(params, 'name')
        name_b = text(after(params, 'name'), 'name')
        call load(text(params, 'path'), start_w)
        call load(text(after(params, 'path'), 'path'), start_b)
        x_by_column = transpose(x)
    end subroutine

    elemental real(precision) function predictions(o)
        real(precision), intent(in) :: o
        predictions = o
        if (loss == 'bce') predictions = 1/(1 + exp(-o))
    end function

    elemental real(real64) function loss_of(o, y) ! of one element; in f64 for either precision
        real(real64), intent(in) :: o, y
        select case (loss)
        case ('bce'); loss_of = max(o, 0.0_real64) - o*y + log(1 + exp(-abs(o)))
        case ('mse'); loss_of = (o - y)**2
        case default; loss_of = (o - y)**2/2
        end select
    end function

    subroutine train(out, epochs, checked)
        character(*), intent(in) :: out
        integer, intent(in) :: epochs
        logical, intent(in) :: checked ! otherwise no losses are needed
        real(precision), allocatable :: w(:, :), b(:, :), o(:, :), gradient(:, :)
        real(real64), allocatable :: losses(:, :)
        integer :: e
        allocate (w, source=start_w) ! every training begins with the start parameters
        allocate (b, source=start_b)
        allocate (losses(2, merge(epochs, 0, checked)))
        do e = 1, epochs
            o = matmul(w, x) + spread(b(:, 1), 2, size(x, 2))
            if (checked) then
                losses(:, e) = [real(e, real64), sum(loss_of(real(o, real64), real(y, real64)))/size(y)]
            end if
            gradient = (predictions(o) - y)*merge(2, 1, loss == 'mse')/size(y)
            w = w - lr*matmul(gradient, x_by_column)
            b(:, 1) = b(:, 1) - lr*sum(gradient, dim=2)
        end do
        call send('{"type":"trained"}') ! the clock stops here
        o = matmul(w, x_test) + spread(b(:, 1), 2, size(x_test, 2))
        call save(out//'/predictions.npy', predictions(o))
        call save(out//'/'//name_w//'.npy', w)
        call save(out//'/'//name_b//'.npy', b)
        if (checked) call save(out//'/loss.npy', losses)
        call send('{"type":"done"}')
    end subroutine
#endif
